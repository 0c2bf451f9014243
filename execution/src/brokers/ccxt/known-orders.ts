import type { OrderId } from '@heliograph/contracts';
import { createRecent } from '../../recent.ts';
import type { VenueState } from './reports.ts';

const mostEnded = 1_000;
const mostFresh = 1_000;
const freshMs = 1_000;

/** What the venue has said of orders. It only ever grows: a copy of the venue that lags behind takes nothing back. */
export interface KnownOrders {
  get(id: OrderId): VenueState | undefined;
  set(id: OrderId, state: VenueState): void;
  /** The venue was asked about it just now. */
  markFresh(id: OrderId, steadyMs: number): void;
  /** Whether that was a moment ago; true once only. */
  takeFresh(id: OrderId, steadyMs: number): boolean;
}

export function createKnownOrders(): KnownOrders {
  const states = new Map<OrderId, VenueState>();
  const ended = new Set<OrderId>();
  const fresh = createRecent<OrderId, number>(mostFresh);
  return {
    get: (id) => states.get(id),
    set(id, state) {
      const before = states.get(id);
      if (before && before.reports.length > state.reports.length) return;
      const [first] = before?.reports ?? [];
      const [again, ...others] = state.reports;
      // A time that moves on does not move what has been told.
      const reports =
        first && again && first.timeMs < again.timeMs ? [first, ...others] : state.reports;
      states.set(id, { ...state, reports });
      if (!state.ended) return;
      ended.add(id);
      for (const oldest of ended) {
        if (ended.size <= mostEnded) break;
        ended.delete(oldest);
        states.delete(oldest);
      }
    },
    markFresh: (id, steadyMs) => fresh.set(id, steadyMs),
    takeFresh(id, steadyMs) {
      const askedMs = fresh.get(id);
      fresh.delete(id);
      return askedMs !== undefined && steadyMs - askedMs < freshMs;
    },
  };
}
