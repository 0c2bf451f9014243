import { exactly, type Big, type Candle, type OrderId } from '@heliograph/contracts';
import type { Order } from '../../decision/state/order.ts';

/** A price that was better than all before it, and when its candle closed; epoch ms. */
interface Best {
  readonly price: Big;
  readonly closeTime: number;
}

/** How many of them are remembered of each order: what is older only a candle asks for that is longer than all of them. */
const mostKept = 1_000;

/** The prices that trailing stops follow. */
export interface Trails {
  /**
   * The best price that an order had seen when a candle opened. Where minutes and hours are on one tape, or a candle is told
   * late or twice, its worst price is older than the best that was seen since: a stop does not stand where that would trigger it.
   */
  before(order: Order, candle: Pick<Candle, 'openTime'>): Big;
  /** Of a candle that began before the order its close is certain; its best price may be from before the entry. */
  follow(order: Order, candle: Candle, isWhole: boolean): void;
  /** Forgets orders that are not there any more. */
  keep(orders: { has(id: OrderId): boolean }): void;
}

export function createTrails(): Trails {
  /** Each better than the one before it. */
  const seen = new Map<OrderId, Best[]>();
  return {
    before: (order, { openTime }) =>
      seen.get(order.id)?.findLast(({ closeTime }) => closeTime <= openTime)?.price ?? begin(order),
    follow(order, { closeTime, high, low, close }, isWhole) {
      const isSelling = order.side === 'sell';
      const price = exactly(isWhole ? (isSelling ? high : low) : close);
      const all = seen.get(order.id) ?? [];
      const last = all.at(-1)?.price ?? begin(order);
      if (isSelling ? price.lte(last) : price.gte(last)) return;
      all.push({ price, closeTime });
      if (all.length > mostKept) all.splice(0, mostKept / 2);
      seen.set(order.id, all);
    },
    keep(orders) {
      for (const id of seen.keys()) if (!orders.has(id)) seen.delete(id);
    },
  };
}

/** Of the entry, whatever was bought since; what one from before that was known stands for is its reference. */
function begin({ trailsFrom, referencePrice }: Order): Big {
  return trailsFrom ?? referencePrice;
}
