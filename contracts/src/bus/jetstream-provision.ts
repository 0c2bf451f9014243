import { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { nanos } from 'nats';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.ts';
import { apiCode, toBusError } from './jetstream-errors.ts';
import type { CompleteOptions } from './jetstream-options.ts';
import { untilAnswered } from './jetstream-publish.ts';
import { partitionTransform } from './stored-subject.ts';
import type { StreamDeclaration, StreamName } from './streams.ts';
import { streamList } from './subject-match.ts';

const duplicateWindowMs = 10 * 60_000;

/**
 * Makes the streams that are missing. What exists is left as it is; `onDrift` is told of each difference. A server that is
 * slow to answer, as when its disk is busy, is asked again.
 * @throws UserError when signals are kept in another number of partitions, or when there is not enough storage
 */
export async function provision(jsm: JetStreamManager, options: CompleteOptions): Promise<void> {
  for (const declaration of streamList) {
    const wanted = streamConfig(declaration, options);
    const { config } = (await find(jsm, wanted.name, options)) ?? (await add(jsm, wanted, options));
    const differences = drift(wanted, config);
    const remapped = differences.find(({ field }) => field === 'subject_transform');
    if (remapped !== undefined) throw otherPartitions(wanted, config);
    for (const { field, has, declared } of differences)
      options.onDrift?.(`stream ${wanted.name} has ${field} ${has}, but it should be ${declared}`);
  }
}

type Wanted = Partial<StreamConfig> & { name: StreamName };

function streamConfig(
  declaration: StreamDeclaration & { name: StreamName },
  { partitions, replicas }: CompleteOptions,
): Wanted {
  const { name, subjects, durable, full, maxBytes, partitioned } = declaration;
  return {
    name,
    subjects: [...subjects],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    discard: full === 'refuse' ? DiscardPolicy.New : DiscardPolicy.Old,
    max_bytes: maxBytes,
    duplicate_window: nanos(duplicateWindowMs),
    allow_direct: true,
    deny_delete: durable,
    deny_purge: durable,
    // A server refuses to sync late what it must store atomically or on several machines.
    ...(durable ? { allow_atomic: true } : replicas === 1 ? { persist_mode: 'async' } : {}),
    ...(partitioned ? { subject_transform: partitionTransform(name, partitions) } : {}),
  };
}

async function find(
  jsm: JetStreamManager,
  name: string,
  options: CompleteOptions,
): Promise<StreamInfo | undefined> {
  try {
    return await untilAnswered(options, () => jsm.streams.info(name));
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw toBusError(error, `cannot look up stream ${name}`);
  }
}

async function add(
  jsm: JetStreamManager,
  wanted: Wanted,
  options: CompleteOptions,
): Promise<StreamInfo> {
  try {
    return await untilAnswered(options, () => jsm.streams.add(wanted));
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : 0;
    // Somebody else made it in between, in his own way.
    if (code === apiCode.streamNameInUse) return jsm.streams.info(wanted.name);
    if (code === apiCode.insufficientStorage)
      throw new UserError(
        `the NATS server has no room for stream ${wanted.name} of up to ${wanted.max_bytes} bytes: raise max_file in its jetstream settings`,
        { cause: error },
      );
    throw toBusError(error, `cannot make stream ${wanted.name}`);
  }
}

function drift(wanted: Wanted, actual: StreamConfig) {
  const has: Record<string, unknown> = { ...actual };
  return Object.entries(wanted)
    .filter(([field, value]) => !isDeepStrictEqual(value, has[field] ?? absent(value)))
    .map(([field, value]) => ({
      field,
      has: JSON.stringify(has[field]),
      declared: JSON.stringify(value),
    }));
}

/** The server leaves out what is switched off. */
function absent(value: unknown): false | undefined {
  return value === false ? false : undefined;
}

function otherPartitions(wanted: Wanted, actual: StreamConfig): UserError {
  const has = partitionCount(actual);
  const configured = partitionCount(wanted);
  return new UserError(
    `stream ${wanted.name} keeps its messages in ${has} partitions, but ${configured} are configured: the number cannot change while there are messages, so configure ${has}, or work them off and delete the stream`,
  );
}

function partitionCount(config: Partial<StreamConfig>): string {
  return /partition\((\d+)/.exec(config.subject_transform?.dest ?? '')?.[1] ?? 'no';
}
