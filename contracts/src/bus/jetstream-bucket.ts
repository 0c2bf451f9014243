import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KvEntry } from '@nats-io/kv';
import { Observable } from 'rxjs';
import type { Bucket, BucketEntry } from './bus.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { inBusTerms, isWrongSequence, toBusError } from './jetstream-errors.ts';

/** A key-value bucket on JetStream, made if need be. */
export async function openBucket(
  { js, options, stops }: JetStreamContext,
  name: string,
): Promise<Bucket> {
  const doing = `bucket ${name}`;
  const kv = await inBusTerms(
    doing,
    new Kvm(js).create(name, { history: 1, replicas: options.replicas }),
  );

  const get = async (key: string): Promise<BucketEntry | undefined> => {
    const entry = await inBusTerms(doing, kv.get(key));
    return entry === null || entry.operation !== 'PUT' ? undefined : toEntry(entry);
  };
  return {
    get,
    put: (key, value) => inBusTerms(doing, kv.put(key, value)),
    async update(key, value, revision) {
      try {
        return await (revision === 0 ? kv.create(key, value) : kv.update(key, value, revision));
      } catch (error) {
        if (error instanceof JetStreamApiError && isWrongSequence(error.code)) return undefined;
        throw toBusError(error, doing);
      }
    },
    delete: (key) => inBusTerms(doing, kv.delete(key)),
    async entries() {
      const keys = await inBusTerms(
        doing,
        kv.keys().then((keys) => Array.fromAsync(keys)),
      );
      const entries = await Promise.all(keys.map(get));
      return entries.filter((entry) => entry !== undefined);
    },
    watch: () =>
      new Observable((subscriber) => {
        const complete = (): void => subscriber.complete();
        stops.add(complete);
        const run = async (): Promise<void> => {
          const changes = await kv.watch();
          subscriber.add(() => changes.stop());
          for await (const change of changes) {
            const isPut = change.operation === 'PUT';
            if (isPut || change.isUpdate)
              subscriber.next({ ...toEntry(change), value: isPut ? change.string() : undefined });
          }
          throw new Error('the watch ended');
        };
        run().catch((error: unknown) => subscriber.error(toBusError(error, doing)));
        return () => stops.delete(complete);
      }),
  };
}

function toEntry(entry: KvEntry): BucketEntry {
  return { key: entry.key, value: entry.string(), revision: entry.revision };
}
