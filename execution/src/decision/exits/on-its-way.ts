import { Big, decimalOf } from '@heliograph/contracts';
import type { Order } from '../state/order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { Portfolio } from '../state/portfolio.ts';
import { enters, type Position } from '../state/position.ts';

const zero = new Big('0');

/** Whether the order gets out of a position now, not at a price that may never come. */
export function isOnItsWay({ reduceOnly, type, triggeredMs }: Order): boolean {
  return reduceOnly && (type === 'market' || triggeredMs !== undefined);
}

/** What is on its way out of a position already, a reversal's first part included; base units. */
export function leaving(
  portfolio: Portfolio,
  key: string,
  counts: (order: Order) => boolean = () => true,
): Big {
  const held = portfolio.positions.get(key);
  let quantity = zero;
  for (const order of portfolio.orders.values()) {
    if (instrumentKey(order) !== key || order.size.kind !== 'base' || !counts(order)) continue;
    const open = decimalOf(order.size.quantity).minus(order.filledQuantity);
    if (isOnItsWay(order)) quantity = quantity.plus(open);
    else if (held && isReversing(order, held))
      quantity = quantity.plus(open.lt(held.quantity) ? open : held.quantity);
  }
  return quantity;
}

/** Whether the order is an entry on the other side, which first closes what is held; one that is taken back may never. */
export function isReversing(
  { reduceOnly, type, side, cancellation }: Order,
  held: Position,
): boolean {
  return !reduceOnly && type === 'market' && !cancellation && !enters(held, side);
}
