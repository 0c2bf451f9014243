import { Big, exactly } from '@heliograph/contracts';
import type { RoundingMode } from 'big.js';
import type { TradingRules } from './rules.ts';

/** What is left of an order's size. */
export type Remaining =
  | { readonly kind: 'base'; readonly quantity: Big }
  | { readonly kind: 'quote'; readonly notional: Big; readonly includesFee: boolean };

const basisPoint = new Big('0.0001');
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
  return price.times(shifted(side, new Big(spreadBps).times(basisPoint).div('2')));
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
  let moved = met.times(shifted(side, new Big(rules.slippageBps).times(basisPoint)));
  if (volumeShare !== undefined && rules.impactBps !== undefined) {
    const impact = new Big(rules.impactBps).times(basisPoint).times(volumeShare.times(volumeShare));
    moved = moved.times(shifted(side, impact));
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
  const way = to.minus(from).times(exactly(part)).div(exactly(whole));
  return from.plus(way.round(computedPlaces, Big.roundDown));
}

export function feeFor(notional: Big, feeBps: string): Big {
  return notional.times(feeBps).times(basisPoint);
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
  const lots = remaining.notional.div(perUnit.times(lotSize)).round(0, Big.roundDown);
  return lots.times(lotSize);
}

export function multiple(value: Big, step: string, rounding: RoundingMode = Big.roundDown): Big {
  return value.div(step).round(0, rounding).times(step);
}

/** What a price is multiplied with to be that much worse for an order. */
function shifted(side: 'buy' | 'sell', shift: Big): Big {
  return side === 'buy' ? one.plus(shift) : one.minus(shift);
}
