import { JetStreamApiError } from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { TransientError } from '../errors.ts';
import type { ReadFrom, ReadOptions, StoredMessage } from './bus.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { toBusError } from './jetstream-errors.ts';
import { follow } from './jetstream-follow.ts';
import { fromStored } from './jetstream-messages.ts';
import { storedFilter } from './stored-subject.ts';
import type { StreamName } from './streams.ts';

const batchSize = 500;
const batchTimeoutMs = 5_000;
const behindPauseMs = 20;

/** What is stored under a subject from a point on, and if wanted what comes. */
export function read(context: JetStreamContext, options: ReadOptions): Observable<StoredMessage> {
  const { stream, subject = '>', from = { sequence: 1 }, follow: goOn = false } = options;
  const filter = storedFilter(stream, subject);
  return goOn ? follow(context, stream, filter, from) : readStored(context, stream, filter, from);
}

function readStored(
  context: JetStreamContext,
  stream: StreamName,
  filter: string,
  from: ReadFrom,
): Observable<StoredMessage> {
  return new Observable((subscriber) => {
    const complete = (): void => subscriber.complete();
    context.stops.add(complete);
    const run = async (): Promise<void> => {
      for await (const batch of stored(context, stream, filter, from)) {
        for (const message of batch) subscriber.next(message);
        if (subscriber.closed) return;
      }
      subscriber.complete();
    };
    run().catch((error: unknown) => subscriber.error(toBusError(error, `cannot read ${stream}`)));
    return () => context.stops.delete(complete);
  });
}

/**
 * Everything stored under the filter at the time of the call, in batches. Any replica may answer for a batch, also one
 * that is behind; so the leader is asked for the last message, and the reading ends no sooner. It is asked at the same
 * time as for the first batch: most readers want the little that is new, and soon.
 */
export async function* stored(
  context: JetStreamContext,
  stream: StreamName,
  filter: string,
  from: ReadFrom,
): AsyncGenerator<StoredMessage[]> {
  const [last, first] = await Promise.all([
    lastSequenceOf(context, stream, filter),
    fetchBatch(context, stream, filter, from),
  ]);
  let batch = first;
  let next = from;
  let progress = performance.now();
  for (;;) {
    const end = batch.at(-1);
    if (end !== undefined) {
      yield batch;
      next = { sequence: end.sequence + 1 };
      progress = performance.now();
    } else if (!('sequence' in next)) return;
    if ('sequence' in next && next.sequence > last) return;
    if (performance.now() > progress + batchTimeoutMs)
      throw new TransientError('BEHIND', `stream ${stream} lags behind its leader`);
    if (end === undefined) await sleep(behindPauseMs);
    batch = await fetchBatch(context, stream, filter, next);
  }
}

async function lastSequenceOf(
  { jsm }: JetStreamContext,
  stream: StreamName,
  filter: string,
): Promise<number> {
  try {
    const last = await jsm.streams.getMessage(stream, { last_by_subj: filter });
    return last?.seq ?? 0;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return 0;
    throw error;
  }
}

async function fetchBatch(
  { jsm }: JetStreamContext,
  stream: StreamName,
  filter: string,
  from: ReadFrom,
): Promise<StoredMessage[]> {
  const batch: StoredMessage[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<StoredMessage[]>();
  const answer = await jsm.direct.getBatch(stream, {
    ...('sequence' in from
      ? { seq: Math.max(from.sequence, 1) }
      : { start_time: new Date(from.timeMs) }),
    next_by_subj: filter,
    batch: batchSize,
    // With a callback the client takes its subscription back at the end, with an iterator it does not.
    callback: (done, message) => {
      if (done === null) batch.push(fromStored(stream, message));
      else if (done.err === undefined || isNothingThere(done.err)) resolve(batch);
      else reject(done.err);
    },
  });
  // A server that dies in the middle of its answer would leave us waiting.
  const late = new TransientError('TIMEOUT', `${stream} was not read in ${batchTimeoutMs} ms`);
  const timer = setTimeout(() => answer.stop(late), batchTimeoutMs);
  return promise.finally(() => clearTimeout(timer));
}

function isNothingThere(error: Error): boolean {
  return 'code' in error && error.code === 404;
}
