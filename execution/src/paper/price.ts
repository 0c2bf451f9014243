import { Big, cutTo, exactly, quotient, ratioOfBps, signOf } from '@heliograph/contracts';
import type { RoundingMode } from 'big.js';
import type { TradingRules } from './rules.ts';

/** What is left of an order's size. */
export type Remaining =
  | { readonly kind: 'base'; readonly quantity: Big }
  | { readonly kind: 'quote'; readonly notional: Big; readonly includesFee: boolean };

const one = new Big('1');
/** Prices that are computed, not read off the tape, keep so many decimal places: text has room for no more. */
const computedPlaces = 18;
/** Enough for a ratio, and its square still fits a price. */
const ratioPlaces = 9;

/** What an order meets on the other side of the spread when the tape trades at `price`. */
export function farSide(
  price: Big,
  side: 'buy' | 'sell',
  { spreadBps }: Pick<TradingRules, 'spreadBps'>,
): Big {
  if (spreadBps === undefined) return price;
  return shifted(price, side, ratioOfBps(spreadBps).div('2'));
}

/**
 * The price that a taker gets when the tape trades at `price`: spread, slippage, the impact of its share of the volume
 * and the tick all go against it.
 */
export function takerPrice(
  price: Big,
  side: 'buy' | 'sell',
  rules: TradingRules,
  volumeShare?: Big,
): Big {
  const met = farSide(price, side, rules);
  let moved = shifted(met, side, ratioOfBps(rules.slippageBps));
  if (volumeShare !== undefined && rules.impactBps !== undefined) {
    const impact = ratioOfBps(rules.impactBps).times(volumeShare.times(volumeShare));
    moved = shifted(moved, side, impact);
  }
  const against = side === 'buy' ? Big.roundUp : Big.roundDown;
  if (rules.tickSize !== undefined) return multiple(moved, rules.tickSize, against);
  const isComputed = rules.spreadBps ?? rules.impactBps;
  return isComputed === undefined ? moved : moved.round(computedPlaces, against);
}

/** How much of the volume a quantity is; more than all of it counts as all. */
export function shareOf(quantity: Big, volume: Big): Big {
  return quantity.gte(volume) ? one : quantity.div(volume).round(ratioPlaces, Big.roundUp);
}

/** The price a part of the way from one to the other, to as many decimal places as a price may have. */
export function between(from: Big, to: Big, { part, whole }: { part: number; whole: number }): Big {
  const way = to.minus(from).times(exactly(part));
  return from.plus(quotient(way, exactly(whole), computedPlaces));
}

export function feeFor(notional: Big, feeBps: string): Big {
  return notional.times(ratioOfBps(feeBps));
}

/**
 * Base units for what is left of an order at that price, rounded down to the lot. What pays the fee too buys
 * notional / (price * (1 + fee)).
 */
export function quantityAt(
  remaining: Remaining,
  price: Big,
  { feeBps, lotSize }: { feeBps: string; lotSize: string },
): Big {
  if (remaining.kind === 'base') return multiple(remaining.quantity, lotSize);
  const perUnit = remaining.includesFee ? price.plus(feeFor(price, feeBps)) : price;
  // One cut division by the whole product: its digits before the point are the exact number of lots.
  const lots = quotient(remaining.notional, perUnit.times(lotSize), 0);
  return lots.times(lotSize);
}

export function multiple(value: Big, step: string, rounding: RoundingMode = Big.roundDown): Big {
  if (rounding === Big.roundDown) return cutTo(value, step);
  return value.div(step).round(0, rounding).times(step);
}

/** A price that is so much of itself worse for an order. */
function shifted(price: Big, side: 'buy' | 'sell', shift: Big): Big {
  if (signOf(shift) === 0) return price;
  return price.times(side === 'buy' ? one.plus(shift) : one.minus(shift));
}
