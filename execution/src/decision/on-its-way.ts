import { Big } from '@heliograph/contracts';
import type { Order } from './order.ts';
import { instrumentKey, type Portfolio } from './portfolio.ts';

/** Whether the order gets out of a position now, not at a price that may never come. */
export function isOnItsWay({ reduceOnly, type, triggeredMs }: Order): boolean {
  return reduceOnly && (type === 'market' || triggeredMs !== undefined);
}

/** What is on its way out of a position already; base units. */
export function leaving(
  portfolio: Portfolio,
  key: string,
  counts: (order: Order) => boolean = () => true,
): Big {
  let quantity = new Big('0');
  for (const order of portfolio.orders.values()) {
    if (!isOnItsWay(order) || !counts(order)) continue;
    if (instrumentKey(order) === key && order.size.kind === 'base')
      quantity = quantity.plus(order.size.quantity).minus(order.filledQuantity);
  }
  return quantity;
}
