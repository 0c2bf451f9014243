import type { Big } from '@heliograph/contracts';
import type { Portfolio, Prices } from '../state/portfolio.ts';
import { averageEntryPrice, type Position } from '../state/position.ts';

/** More than what floating point loses of all that is added up. */
const tolerance = 1e-9;

/**
 * Whether equity surely is above that: in floating point, which may be asked at every price. `false` means that it must
 * be reckoned exactly.
 */
export function isSurelyAbove(
  { cash, positions }: Portfolio,
  prices: Prices,
  floor: number,
): boolean {
  let equity = inexact(cash);
  let gross = Math.abs(equity) + Math.abs(floor);
  for (const [key, position] of positions) {
    const notional = inexact(position.quantity) * inexactPrice(key, position, prices);
    equity += position.side === 'long' ? notional : -notional;
    gross += notional;
  }
  return equity > floor + gross * tolerance;
}

/** Cash and what the positions are worth, in floating point; quote currency. */
export function estimateEquity({ cash, positions }: Portfolio, prices: Prices): number {
  let equity = inexact(cash);
  for (const [key, position] of positions) {
    const notional = inexact(position.quantity) * inexactPrice(key, position, prices);
    equity += position.side === 'long' ? notional : -notional;
  }
  return equity;
}

function inexactPrice(key: string, position: Position, prices: Prices): number {
  return prices.get(key)?.price ?? Number(averageEntryPrice(position).toString());
}

// Decimals never change, and the same few are asked for again and again.
const known = new WeakMap<Big, number>();

export function inexact(value: Big): number {
  let number = known.get(value);
  if (number === undefined) known.set(value, (number = Number(value.toString())));
  return number;
}
