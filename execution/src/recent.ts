/** Remembers what was set last, and no more than so many of them: a process runs for weeks. */
export interface Recent<K, V> {
  get(key: K): V | undefined;
  /** Makes it the newest. */
  set(key: K, value: V): void;
  delete(key: K): void;
}

export function createRecent<K, V>(most: number): Recent<K, V> {
  const entries = new Map<K, V>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
    },
    delete: (key) => void entries.delete(key),
  };
}
