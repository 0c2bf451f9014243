import { writeOffFillId, type Big } from '@heliograph/contracts';
import type { Draft, DraftOf } from '../state/draft.ts';
import { intendedOrder } from '../state/evolve-orders.ts';
import type { Portfolio } from '../state/portfolio.ts';
import { settle } from '../settle.ts';

/**
 * What the venue does not have, out of the books: an order that nobody sends and its fill at the price that the signal says,
 * written in one go, so that it is booked once or not at all. Cash is counted as if the venue had paid that price.
 */
export function writtenOff(
  portfolio: Portfolio,
  intended: DraftOf<'order_intended'>,
  quantity: Big,
): Draft[] {
  const order = intendedOrder(portfolio, intended);
  const known = { ...portfolio, orders: new Map(portfolio.orders).set(order.id, order) };
  const booked = settle(known, {
    type: 'filled',
    orderId: order.id,
    fillId: writeOffFillId,
    quantity: quantity.toFixed(),
    price: order.referencePrice.toFixed(),
    fee: '0',
    liquidity: 'taker',
    complete: true,
    timeMs: order.timeMs,
    sequence: 0,
  });
  return [intended, ...booked];
}
