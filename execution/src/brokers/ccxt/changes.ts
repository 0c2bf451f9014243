import type { OrderId } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { EMPTY, interval, map, merge, Observable, retry, share, Subject, tap, timer } from 'rxjs';
import { WatchedOrders } from './answers.ts';
import type { Streams } from '@heliograph/contracts/service';
import type { CcxtVenue } from './load-venue.ts';
import type { OrderNames } from './order-names.ts';

const firstRetryMs = 500;
const longestRetryMs = 30_000;

/**
 * Hints of the venue's own stream, where it has one, and a tick now and then: a stream can be silent without a word, so
 * it is only there to be early. Both begin with the first listener and end with the last.
 */
export function changesOf({
  venue,
  names,
  streams,
  pollMs,
  describe,
  log,
}: {
  venue: CcxtVenue;
  names: OrderNames;
  streams: Streams;
  pollMs: number;
  describe: (error: unknown) => string;
  log: Logger;
}): Observable<OrderId | 'any'> {
  const polled$ = interval(pollMs).pipe(map((): 'any' => 'any'));
  // What happens while there is no stream is never told by it.
  const gaps = new Subject<'any'>();
  const streamed$ =
    venue.has['watchOrders'] === true
      ? watched(venue, names, streams).pipe(
          retry({
            resetOnSuccess: true,
            delay(error, attempt) {
              log.warn({ error: describe(error), attempt }, 'stream of orders broken');
              return timer(Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs)).pipe(
                tap(() => gaps.next('any')),
              );
            },
          }),
        )
      : EMPTY;
  return merge(polled$, gaps, streamed$).pipe(share());
}

function watched(
  venue: CcxtVenue,
  names: OrderNames,
  streams: Streams,
): Observable<OrderId | 'any'> {
  return new Observable((subscriber) => {
    const follow = async (): Promise<void> => {
      while (!subscriber.closed) {
        for (const { clientOrderId } of WatchedOrders.parse(await venue.watchOrders())) {
          subscriber.next(names.toOurs(clientOrderId) ?? 'any');
        }
      }
    };
    follow().catch((error: unknown) => subscriber.error(error));
    return () => void streams.restart();
  });
}
