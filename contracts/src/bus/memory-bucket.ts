import { Observable } from 'rxjs';
import type { Bucket, BucketEntry } from './bus.ts';

export function createMemoryBucket(): Bucket {
  const entries = new Map<string, BucketEntry>();
  const watchers = new Set<(change: Change) => void>();
  let revision = 0;

  const changed = (change: Change): number => {
    for (const watcher of watchers) watcher(change);
    return change.revision;
  };
  const put = (key: string, value: string): number => {
    const entry = { key, value, revision: ++revision };
    entries.set(key, entry);
    return changed(entry);
  };

  return {
    get: async (key) => entries.get(key),
    put: async (key, value) => put(key, value),
    update: async (key, value, expected) =>
      (entries.get(key)?.revision ?? 0) === expected ? put(key, value) : undefined,
    delete: async (key) => {
      if (entries.delete(key)) changed({ key, value: undefined, revision: ++revision });
    },
    entries: async () => [...entries.values()],
    watch: () =>
      new Observable((subscriber) => {
        for (const entry of entries.values()) subscriber.next(entry);
        const watcher = (change: Change): void => subscriber.next(change);
        watchers.add(watcher);
        return () => void watchers.delete(watcher);
      }),
  };
}

interface Change {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
}
