import type { TradeSignal } from '@heliograph/contracts';
import { map, Observable, type OperatorFunction, Subject } from 'rxjs';
import type { Feed, Instant } from './feeds/feed.ts';
import type { SignalMachine } from './signals.ts';

/** An instant and what the strategy made of it. */
export interface Step {
  readonly instant: Instant;
  readonly signals: readonly TradeSignal[];
}

/** Instants to steps, one to one. `now` gives the signals their `recordedtime`, epoch ms. */
export function decideSignals(
  machine: SignalMachine,
  now: (instant: Instant) => number,
): OperatorFunction<Instant, Step> {
  return map((instant) => ({ instant, signals: machine.onInstant(instant, now(instant)) }));
}

/** The feed's instants, one at a time. */
export async function* instantsOf(feed: Feed): AsyncGenerator<Instant> {
  for await (const chunk of feed.chunks()) yield* chunk;
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
