import type { Observable } from 'rxjs';

/** What an Observable gives, one by one, until it ends or the signal is aborted. What comes faster than it is taken waits. */
export async function* iterate<T>(source$: Observable<T>, signal: AbortSignal): AsyncGenerator<T> {
  let waiting: T[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const finish = (how: { readonly error?: unknown }): void => {
    end ??= how;
    wake?.();
  };
  const onAbort = (): void => finish({});
  signal.addEventListener('abort', onAbort, { once: true });
  const subscription = source$.subscribe({
    next(value) {
      waiting.push(value);
      wake?.();
    },
    error: (error: unknown) => finish({ error }),
    complete: () => finish({}),
  });
  try {
    while (!signal.aborted) {
      const taken = waiting;
      waiting = [];
      for (const value of taken) {
        if (signal.aborted) return;
        yield value;
      }
      if (waiting.length > 0) continue;
      if (end) {
        if ('error' in end) throw end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    subscription.unsubscribe();
  }
}
