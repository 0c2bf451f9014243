import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { filter, map, Observable } from 'rxjs';
import { TransientError } from '../errors.ts';
import type { Bucket, BucketEntry } from './bus.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { inBusTerms, isWrongSequence, toBusError } from './jetstream-errors.ts';
import { answerTimeoutMs, patiently } from './jetstream-publish.ts';
import { resumed } from './jetstream-resumed.ts';

/** A key-value bucket on JetStream, made if need be. */
export async function openBucket(context: JetStreamContext, name: string): Promise<Bucket> {
  const doing = `bucket ${name}`;
  // One value a key would do, but with one, servers before 2.14.2 can mislay it when they start again.
  const config = { history: 2, replicas: context.options.replicas };
  const kv = await inBusTerms(doing, new Kvm(context.js).create(name, config));
  const get = async (key: string): Promise<BucketEntry | undefined> => {
    const entry = await patiently(context, doing, () => kv.get(key));
    return entry === null || entry.operation !== 'PUT' ? undefined : toEntry(entry);
  };
  return {
    get,
    put: (key, value) =>
      patiently(context, doing, () => kv.put(key, value, { timeout: answerTimeoutMs })),
    update(key, value, revision) {
      let inDoubt = false;
      return patiently(context, doing, async () => {
        try {
          const updated = await compareAndSet(kv, { key, value, revision });
          if (updated !== undefined || !inDoubt) return updated;
          // The first try may have been carried out after all, and stand in its own way now.
          const now = await get(key);
          return now?.value === value && now.revision > revision ? now.revision : undefined;
        } catch (error) {
          inDoubt = true;
          throw error;
        }
      });
    },
    delete: (key) => patiently(context, doing, () => kv.delete(key)),
    async entries() {
      const keys = await inBusTerms(
        doing,
        kv.keys().then((keys) => Array.fromAsync(keys)),
      );
      const entries = await Promise.all(keys.map(get));
      return entries.filter((entry) => entry !== undefined);
    },
    watch: () => watch(context, kv, doing),
  };
}

async function compareAndSet(
  kv: KV,
  { key, value, revision }: BucketEntry,
): Promise<number | undefined> {
  try {
    return await (revision === 0
      ? kv.create(key, value)
      : kv.update(key, value, revision, answerTimeoutMs));
  } catch (error) {
    if (error instanceof JetStreamApiError && isWrongSequence(error.code)) return undefined;
    throw error;
  }
}

/**
 * The client's own watch goes on when the connection is back, but misses what was on its way when it broke until the next
 * change comes: so a new one begins behind the last change.
 */
function watch(context: JetStreamContext, kv: KV, doing: string): ReturnType<Bucket['watch']> {
  return resumed(context, {
    from: 0,
    listen: (revision, begun) => changesAfter(context, { kv, revision, begun, doing }),
    after: ({ revision }) => revision,
  }).pipe(
    // What was deleted before it began is no news.
    filter(({ value, isNew }) => value !== undefined || isNew),
    map(({ key, value, revision }) => ({ key, value, revision })),
  );
}

interface Change {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
  /** It came after the watch had begun. */
  readonly isNew: boolean;
}

/** Errors when the connection has been interrupted. */
function changesAfter(
  { stops, interruptions }: JetStreamContext,
  {
    kv,
    revision,
    begun,
    doing,
  }: {
    kv: KV;
    /** 0: with every current entry. */
    revision: number;
    begun: () => void;
    doing: string;
  },
): Observable<Change> {
  return new Observable((subscriber) => {
    const complete = (): void => subscriber.complete();
    stops.add(complete);
    const interrupted = (): void =>
      subscriber.error(
        new TransientError('WATCH_LOST', `${doing}: the connection was interrupted`),
      );
    interruptions.add(interrupted);
    const run = async (): Promise<void> => {
      const isResumed = revision > 0;
      const changes = await kv.watch(isResumed ? { resumeFromRevision: revision + 1 } : {});
      begun();
      subscriber.add(() => changes.stop());
      for await (const change of changes)
        subscriber.next({
          ...toEntry(change),
          value: change.operation === 'PUT' ? change.string() : undefined,
          isNew: isResumed || change.isUpdate,
        });
      throw new Error('the watch ended');
    };
    run().catch((error: unknown) => subscriber.error(toBusError(error, doing)));
    return () => {
      stops.delete(complete);
      interruptions.delete(interrupted);
    };
  });
}

function toEntry(entry: KvEntry): BucketEntry {
  return { key: entry.key, value: entry.string(), revision: entry.revision };
}
