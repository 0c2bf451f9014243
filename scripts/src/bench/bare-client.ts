import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { connect, nanos } from 'nats';

/** Where the server of a measure is. */
export interface BareAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The client of the server's makers and nothing of ours. */
export interface BareClient extends AsyncDisposable {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Calls back with whatever is stored on those subjects from now on. */
  watch(
    stream: string,
    subjects: readonly string[],
    onMessage: (message: JsMsg) => void,
  ): Promise<void>;
}

export async function connectBare({ url, user, password }: BareAddress): Promise<BareClient> {
  const nc = await connect({ servers: url, user, pass: password, name: 'bench' });
  const js = jetstream(nc);
  return {
    js,
    jsm: await js.jetstreamManager(false),
    async watch(stream, subjects, callback) {
      const consumer = await js.consumers.get(stream, {
        filter_subjects: [...subjects],
        deliver_policy: DeliverPolicy.New,
      });
      await consumer.consume({ callback });
    },
    [Symbol.asyncDispose]: () => nc.close(),
  };
}

/** The floor's own signals and journal, stored as ours are. */
export const floorSignals = 'FLOOR_SIGNALS';
export const floorJournal = 'FLOOR_JOURNAL';
export const floorConsumer = 'floor';
export const floorPartitions = 16;

/** Streams like those of the bus, for the floor alone, and the consumers of its workers. */
export async function provisionFloor({ jsm }: BareClient): Promise<void> {
  const common = {
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    duplicate_window: nanos(600_000),
    allow_direct: true,
    allow_atomic: true,
  };
  await jsm.streams.add({
    ...common,
    name: floorSignals,
    subjects: ['floor_signal.*.*.*'],
    subject_transform: {
      src: 'floor_signal.*.*.*',
      dest: `floor_signal.{{partition(${floorPartitions},2,3)}}.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}`,
    },
  });
  await jsm.streams.add({ ...common, name: floorJournal, subjects: ['floor_journal.*'] });
  const consumer = { ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.New };
  await jsm.consumers.add(floorSignals, { ...consumer, durable_name: floorConsumer });
  for (let partition = 0; partition < floorPartitions; partition++)
    await jsm.consumers.add(floorSignals, {
      ...consumer,
      durable_name: `${floorConsumer}-p${partition}`,
      filter_subject: `floor_signal.${partition}.>`,
      max_ack_pending: 1,
    });
}
