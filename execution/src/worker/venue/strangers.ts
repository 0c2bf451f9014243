import type { OrderId } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import type { Clock } from '../../clock.ts';
import { strange } from '../../decision/venue/venue-trouble.ts';
import { createRecent } from '../../recent.ts';
import type { Journal } from '../journal.ts';

/** An order is in its journal before it is sent, and what is told of it comes soon. */
const lookBackMs = 3_600_000;
/** Orders of others that need not be looked up again. */
const mostRemembered = 10_000;
/** As the decision core names orders. */
const ourForm = /^h[a-z2-7]{26}$/;

/** Notices orders that could be ours and that nobody here has ever intended. */
export interface Strangers {
  /** The venue tells of that order. */
  look(id: OrderId | 'any'): Promise<void>;
}

export function createStrangers({
  bus,
  journal,
  clock: { nowMs, steadyMs },
}: {
  bus: Bus;
  journal: Journal;
  clock: Clock;
}): Strangers {
  /** Of other portfolios that trade the same account. */
  const ofOthers = createRecent<OrderId, true>(mostRemembered);

  const isIntended = async (id: OrderId): Promise<boolean> => {
    const found = await firstValueFrom(
      bus
        .read({
          stream: 'TRADING',
          subject: 'trading.*.order_intended',
          // By the clock that says earlier: one that was set forward would see nothing of what was written before.
          from: { timeMs: Math.min(nowMs(), steadyMs()) - lookBackMs },
        })
        .pipe(
          filter(({ body }) => body.includes(id)),
          take(1),
          toArray(),
        ),
    );
    return found.length > 0;
  };
  const isKnown = (id: OrderId): boolean => {
    const { orders, endedOrders, strangers } = journal.state;
    return orders.has(id) || endedOrders.has(id) || strangers.has(id) || ofOthers.get(id) === true;
  };

  return {
    async look(id) {
      if (id === 'any' || !ourForm.test(id) || isKnown(id)) return;
      await journal.catchUp();
      if (isKnown(id)) return;
      if (await isIntended(id)) ofOthers.set(id, true);
      else await journal.transact((portfolio) => strange(portfolio, id, nowMs()));
    },
  };
}
