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
  const missing = createRecent<OrderId, number>(mostMissed);
  const forgottenMs = (id: OrderId): number => (missing.get(id) ?? Infinity) + forgottenAfterMs;
  return {
    missed: (id) => missing.set(id, missing.get(id) ?? nowMs()),
    found: (id) => missing.delete(id),
    isForgotten: (id) => nowMs() >= forgottenMs(id),
    endOf(id, { reason, detail }) {
      const timeMs = forgottenMs(id);
      if (nowMs() < timeMs) return undefined;
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
