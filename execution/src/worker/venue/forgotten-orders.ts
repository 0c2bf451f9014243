import type { OrderId } from '@heliograph/contracts';
import { isProtective, isUnsent, type Order } from '../../decision/state/order.ts';
import type { SteadyClock } from '../../clock.ts';
import type { Dispatcher } from './dispatcher.ts';
import { eachByItself } from '../each-by-itself.ts';
import type { Journal } from '../journal.ts';

/** How long an order may stay unsent before it is seen to that it never is sent. */
const forgottenAfterMs = 30_000;
const forgotten = { reason: 'EXPIRED', detail: 'nobody was left to send it' } as const;

/** Orders of workers that died so often over them that their signal was given up. */
export interface ForgottenOrders {
  /** @throws TransientError when one of them has to wait for the venue; the others were seen to */
  abandon(): Promise<void>;
}

export function createForgottenOrders({
  journal,
  dispatcher,
  clock: { steadyMs },
  timeFor,
}: {
  journal: Pick<Journal, 'state'>;
  dispatcher: Pick<Dispatcher, 'abandon'>;
  clock: SteadyClock;
  /** When it is ended, by the clock of its tape. */
  timeFor: (order: Order) => number;
}): ForgottenOrders {
  const since = new Map<OrderId, number>();
  return {
    async abandon() {
      const unsent = [...journal.state.orders.values()].filter(
        (order) => isUnsent(order) && !isProtective(order),
      );
      for (const id of since.keys()) if (!unsent.some((order) => order.id === id)) since.delete(id);
      for (const { id } of unsent) if (!since.has(id)) since.set(id, steadyMs());
      await eachByItself(
        unsent
          .filter(({ id }) => steadyMs() - (since.get(id) ?? steadyMs()) >= forgottenAfterMs)
          .map(
            (order) => () => dispatcher.abandon(order, { timeMs: timeFor(order), ...forgotten }),
          ),
      );
    },
  };
}
