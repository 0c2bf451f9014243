import type { OrderId } from '@heliograph/contracts';
import type { SteadyClock } from '../../clock.ts';
import { createRecent } from '../../recent.ts';

/** By far more than can be under way at once. */
const mostKnown = 10_000;

/** Orders of which a request may still reach the venue. */
export interface UnderWay {
  /** A request for it goes out. */
  sent(id: OrderId): void;
  /**
   * Whether one may still arrive: for a while after it was sent, and where others have sent it, after it was asked for here
   * first. When it was decided by the wall clock says nothing: the clock may have been set since, here or where it was decided,
   * and then the order would be given up while it arrives, and another one sent, or be waited for by the hour.
   */
  mayArrive(id: OrderId): boolean;
}

export function createUnderWay({
  windowMs,
  clock: { steadyMs },
}: {
  windowMs: number;
  clock: SteadyClock;
}): UnderWay {
  const since = createRecent<OrderId, number>(mostKnown);
  return {
    sent: (id) => since.set(id, steadyMs()),
    mayArrive(id) {
      const sinceMs = since.get(id) ?? steadyMs();
      since.set(id, sinceMs);
      return steadyMs() - sinceMs <= windowMs;
    },
  };
}
