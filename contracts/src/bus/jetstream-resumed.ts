import { defer, retry, tap, throwError, timer, type Observable } from 'rxjs';
import type { JetStreamContext } from './jetstream-context.ts';

const againMs = 100;

/**
 * What `listen` hears, for as long as there is a connection: whenever it fails it begins anew, behind the last item. It
 * has to fail where it may have missed something. Its first failure before it has begun is everybody's.
 */
export function resumed<T, Place>(
  { nc }: JetStreamContext,
  {
    from,
    listen,
    after,
  }: {
    from: Place;
    listen: (from: Place, begun: () => void) => Observable<T>;
    after: (item: T) => Place;
  },
): Observable<T> {
  return defer(() => {
    let place = from;
    let hasBegun = false;
    const begun = (): void => void (hasBegun = true);
    return defer(() => listen(place, begun)).pipe(
      tap((item) => (place = after(item))),
      retry({
        delay: (error) => (hasBegun && !nc.isClosed() ? timer(againMs) : throwError(() => error)),
      }),
    );
  });
}
