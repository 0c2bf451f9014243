import type { Big } from '@heliograph/contracts';
import { rulesOf, type Portfolio } from '../state/portfolio.ts';
import { averageEntryPrice, type Position } from '../state/position.ts';

/**
 * Whether a position of a spot account is less than its venue takes in an order, at that price and at the one of its entry: no
 * order can leave it, whoever gives it. A contract is left whatever it is worth, and stays a difference where it is not.
 */
export function isTooLittle(portfolio: Portfolio, position: Position, price: Big): boolean {
  if (position.symbol.includes(':')) return false;
  const { lotSize, minQuantity, minNotional } = rulesOf(portfolio, position);
  const { quantity } = position;
  const entryPrice = averageEntryPrice(position);
  const highest = price.gt(entryPrice) ? price : entryPrice;
  return (
    quantity.lt(lotSize) ||
    (minQuantity !== undefined && quantity.lt(minQuantity)) ||
    (minNotional !== undefined && quantity.times(highest).lt(minNotional))
  );
}
