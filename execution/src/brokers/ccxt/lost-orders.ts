import type { OrderId } from '@heliograph/contracts';
import { createRecent } from '../../recent.ts';
import type { Abandonment, Report } from '../broker.ts';

const mostMissed = 1_000;

/** Orders that the venue does not know any more: once they are taken back they must end, and no word of it ends them. */
export interface LostOrders {
  /** It has said that there is no such order. */
  missed(id: OrderId): void;
  /** It has it. */
  found(id: OrderId): void;
  /** Whether it has been missed for so long that the venue has forgotten it. */
  isForgotten(id: OrderId): boolean;
  /** The end of one that was taken back for that reason, once it is forgotten. Always the same. */
  endOf(id: OrderId, why: Abandonment): Report | undefined;
}

export function createLostOrders({
  forgottenAfterMs,
  nowMs,
}: {
  /** An exchange in trouble does not find its orders for a while; what it still does not find then, it has forgotten. */
  forgottenAfterMs: number;
  nowMs: () => number;
}): LostOrders {
  /** Since when it has been missed, and when it was said last: a venue that is away says nothing. */
  const missing = createRecent<OrderId, { readonly sinceMs: number; readonly lastMs: number }>(
    mostMissed,
  );
  const forgottenMs = (id: OrderId): number | undefined => {
    const { sinceMs, lastMs } = missing.get(id) ?? { sinceMs: 0, lastMs: 0 };
    const timeMs = sinceMs + forgottenAfterMs;
    return lastMs >= timeMs ? timeMs : undefined;
  };
  return {
    missed(id) {
      const lastMs = nowMs();
      missing.set(id, { sinceMs: missing.get(id)?.sinceMs ?? lastMs, lastMs });
    },
    found: (id) => missing.delete(id),
    isForgotten: (id) => forgottenMs(id) !== undefined,
    endOf(id, { reason, detail }) {
      const timeMs = forgottenMs(id);
      if (timeMs === undefined) return undefined;
      return {
        type: 'cancelled',
        orderId: id,
        timeMs,
        sequence: timeMs * 1_000 + 999,
        reason,
        detail: `${detail}; the venue does not know the order any more`,
      };
    },
  };
}
