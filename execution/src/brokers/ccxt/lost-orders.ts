import type { OrderId } from '@heliograph/contracts';
import { createRecent } from '../../recent.ts';
import type { Clock } from '../../clock.ts';
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
  clock: { nowMs, steadyMs },
}: {
  /** An exchange in trouble does not find its orders for a while; what it still does not find then, it has forgotten. */
  forgottenAfterMs: number;
  clock: Clock;
}): LostOrders {
  /** Since when it has been missed, by the steady clock, and when it was forgotten: a venue that is away says nothing. */
  const missing = createRecent<
    OrderId,
    { readonly sinceMs: number; readonly forgottenMs: number | undefined }
  >(mostMissed);
  const forgottenMs = (id: OrderId): number | undefined => missing.get(id)?.forgottenMs;
  return {
    missed(id) {
      const sinceMs = missing.get(id)?.sinceMs ?? steadyMs();
      const overMs = steadyMs() - sinceMs - forgottenAfterMs;
      missing.set(id, {
        sinceMs,
        forgottenMs: forgottenMs(id) ?? (overMs >= 0 ? Math.round(nowMs() - overMs) : undefined),
      });
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
