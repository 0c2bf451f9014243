import { Observable, type OperatorFunction, Subject } from 'rxjs';
import type { Instant } from './feeds/feed.ts';

/** Instants one at a time. */
export async function* instantsOf(
  chunks: AsyncIterable<readonly Instant[]>,
): AsyncGenerator<Instant> {
  for await (const chunk of chunks) yield* chunk;
}

/**
 * Sends what a source holds through a pipeline that turns each item into one result. The next item is pulled when the
 * result of the former has come out, so nothing waits in between however slow the pipeline is.
 */
export function pullThrough<T, R>(
  source: AsyncIterable<T>,
  pipeline: OperatorFunction<T, R>,
): Observable<R> {
  return new Observable((subscriber) => {
    const iterator = source[Symbol.asyncIterator]();
    const items = new Subject<T>();
    const pull = (): void => {
      iterator.next().then(
        (next) => (next.done === true ? items.complete() : items.next(next.value)),
        (error: unknown) => items.error(error),
      );
    };
    subscriber.add(() => {
      iterator.return?.().catch(() => {});
    });
    subscriber.add(
      items.pipe(pipeline).subscribe({
        next: (result) => {
          subscriber.next(result);
          pull();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
    pull();
  });
}
