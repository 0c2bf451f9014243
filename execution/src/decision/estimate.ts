import type { Big } from '@heliograph/contracts';
import type { Portfolio, Prices } from './portfolio.ts';
import { averageEntryPrice } from './position.ts';

/** More than the digits that are lost on the way, in parts of all that is added up. */
const tolerance = 1e-9;

/** Below that by more than a ratio of it. */
export interface Floor {
  readonly of: Big;
  readonly by: number;
}

/**
 * Whether equity surely is above all those floors: in floating point, which may be asked at every price. `false` means
 * that it must be reckoned exactly.
 */
export function isSurelyAbove(
  { cash, positions }: Portfolio,
  prices: Prices,
  floors: readonly Floor[],
): boolean {
  let equity = inexact(cash);
  let gross = Math.abs(equity);
  for (const [key, position] of positions) {
    const price = prices.get(key)?.price ?? Number(averageEntryPrice(position).toString());
    const notional = inexact(position.quantity) * price;
    equity += position.side === 'long' ? notional : -notional;
    gross += notional;
  }
  for (const { of, by } of floors) {
    const former = inexact(of);
    if (!(equity > former * (1 - by) + (gross + Math.abs(former)) * tolerance)) return false;
  }
  return true;
}

// Decimals never change, and the same few are asked for again and again.
const known = new WeakMap<Big, number>();

function inexact(value: Big): number {
  let number = known.get(value);
  if (number === undefined) known.set(value, (number = Number(value.toString())));
  return number;
}
