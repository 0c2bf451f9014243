import type { OrderId } from '@heliograph/contracts';
import type { FoundOrder } from './answers.ts';
import type { Asking } from './asking.ts';
import { listedOrders } from './listed-orders.ts';
import type { CcxtVenue } from './load-venue.ts';
import type { OrderNames } from './order-names.ts';

/** What is wanted of a symbol's list of open orders: by the ids that the venue has for them. */
type Wanted = Map<string, (order: FoundOrder | undefined) => void>;

/**
 * Finds orders in the list of those that are open. What is wanted at the same moment of one symbol is one question,
 * however many orders it is about: dozens of them, each asked for by itself, would be dozens of requests in a row.
 */
export interface StillOpen {
  /**
   * The order as the list has it. Undefined when it is not in there, and where it is the only one that is wanted, which is
   * better asked for by itself: then nothing is known.
   */
  find(order: { readonly id: OrderId; readonly symbol: string }): Promise<FoundOrder | undefined>;
}

export function createStillOpen({
  venue,
  names,
  asking,
}: {
  venue: Pick<CcxtVenue, 'fetchOpenOrders'>;
  names: Pick<OrderNames, 'toVenue'>;
  asking: Asking;
}): StillOpen {
  const gathering = new Map<string, Wanted>();

  /** A list that cannot be had says nothing: each order is asked for by itself then. */
  const list = async (symbol: string): Promise<readonly FoundOrder[]> => {
    try {
      const answer = await asking('open orders', () => venue.fetchOpenOrders(symbol));
      return listedOrders(answer).flatMap((listed) => ('order' in listed ? [listed.order] : []));
    } catch {
      return [];
    }
  };
  const answer = async (symbol: string, wanted: Wanted): Promise<void> => {
    gathering.delete(symbol);
    const orders = wanted.size > 1 ? await list(symbol) : [];
    const byId = new Map(orders.map((order) => [order.clientOrderId ?? '', order]));
    for (const [id, tell] of wanted) tell(byId.get(id));
  };

  return {
    find: ({ id, symbol }) =>
      new Promise((resolve) => {
        const wanted: Wanted = gathering.get(symbol) ?? new Map();
        // What is asked for later must not be told what was true before.
        if (!gathering.has(symbol)) setImmediate(() => void answer(symbol, wanted));
        gathering.set(symbol, wanted);
        const key = String(names.toVenue(id));
        const others = wanted.get(key);
        wanted.set(key, (order) => {
          others?.(order);
          resolve(order);
        });
      }),
  };
}
