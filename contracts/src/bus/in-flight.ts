/** What has been handed out and not yet answered, so that closing can wait for it. */
export interface InFlight {
  add(item: object): void;
  delete(item: object): void;
  /** Resolves once nothing is out, or when the time is over. */
  settled(timeoutMs: number): Promise<void>;
}

export function createInFlight(): InFlight {
  const items = new Set<object>();
  const waiting = new Set<() => void>();
  return {
    add: (item) => void items.add(item),
    delete: (item) => {
      items.delete(item);
      if (items.size === 0) for (const wake of waiting) wake();
    },
    settled: (timeoutMs) =>
      new Promise((resolve) => {
        if (items.size === 0) return resolve();
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        waiting.add(wake);
      }),
  };
}
