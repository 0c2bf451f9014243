import type { OrderId } from '@heliograph/contracts';
import type { Abandonment, Broker } from '../../brokers/broker.ts';
import type { SteadyClock } from '../../clock.ts';
import { isUnsent, type Order } from '../../decision/state/order.ts';
import { inTime, type HandedOver } from './handed-over.ts';
import type { Journal } from '../journal.ts';
import type { Sending } from './sending.ts';

/** How often the venue is asked again to take an order back. */
const cancelAgainMs = 5_000;

/** Takes orders back, wherever they are by now. */
export interface TakingBack {
  /** What is under way after it, or whether something was done. */
  takeBack(order: Order, why: Abandonment): Promise<HandedOver | boolean>;
  /** Forgets what concerns orders that have ended. */
  tidy(): void;
}

export function createTakingBack({
  journal,
  broker,
  sending: { isAwaited, isToBeHeld, abandon, end },
  clock: { steadyMs },
}: {
  journal: Pick<Journal, 'state'>;
  broker: Pick<Broker, 'cancel'>;
  sending: Pick<Sending, 'isAwaited' | 'isToBeHeld' | 'abandon' | 'end'>;
  clock: SteadyClock;
}): TakingBack {
  const cancelAsked = new Map<OrderId, number>();
  /** Asked, and not answered yet. */
  const cancelling = new Set<OrderId>();
  return {
    async takeBack(order, why) {
      if (order.isHeld || isToBeHeld(order)) {
        await end(order, why);
        return true;
      }
      // What comes of it is known in a moment, and then there is something to take back, or nothing.
      if (isAwaited(order)) return false;
      if (isUnsent(order)) {
        await abandon(order, why);
        return !journal.state.orders.has(order.id);
      }
      const askedMs = cancelAsked.get(order.id);
      const isAsked = askedMs !== undefined && steadyMs() - askedMs < cancelAgainMs;
      if (isAsked || cancelling.has(order.id)) return false;
      cancelAsked.set(order.id, steadyMs());
      cancelling.add(order.id);
      const request = broker.cancel(order, why).finally(() => {
        cancelling.delete(order.id);
        cancelAsked.set(order.id, steadyMs());
      });
      const answered = request.catch(() => undefined);
      return { answered, isInTime: inTime(answered), conclude: () => request };
    },
    tidy() {
      for (const id of cancelAsked.keys())
        if (!journal.state.orders.has(id)) cancelAsked.delete(id);
    },
  };
}
