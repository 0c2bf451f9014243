import type { RoundingMode } from 'big.js';
import {
  Big,
  cutTo,
  decimalOf,
  quotient,
  ratioOfBps,
  signOf,
  type OrderSize,
  type PortfolioSettings,
} from '@heliograph/contracts';

/** What orders cost and how large they are: the arithmetic that decision and paper exchange share. */

const one = new Big('1');
const zero = new Big('0');

/** The fee for a notional, quote currency. */
export function feeFor(notional: Big, { feeBps }: Pick<PortfolioSettings, 'feeBps'>): Big {
  return notional.times(ratioOfBps(feeBps));
}

/** The price that a market order gets when the market trades at `price`: slippage and tick both go against it. */
export function slipped(
  price: Big,
  side: 'buy' | 'sell',
  {
    slippageBps,
    tickSize,
  }: { readonly slippageBps: string; readonly tickSize?: string | undefined },
): Big {
  const shift = ratioOfBps(slippageBps);
  const moved =
    signOf(shift) === 0 ? price : price.times(side === 'buy' ? one.plus(shift) : one.minus(shift));
  if (tickSize === undefined) return moved;
  return multiple(moved, tickSize, side === 'buy' ? Big.roundUp : Big.roundDown);
}

/**
 * Base units for an order at that price, rounded down to the lot. What pays the fee too buys
 * notional / (price * (1 + fee)).
 */
export function quantityAt(
  size: OrderSize,
  price: Big,
  settings: Pick<PortfolioSettings, 'feeBps' | 'lotSize'>,
): Big {
  if (size.kind === 'base') return multiple(decimalOf(size.quantity), settings.lotSize);
  const perUnit = size.includesFee ? price.plus(feeFor(price, settings)) : price;
  // One cut division by the whole product: its digits before the point are the exact number of lots.
  const lots = quotient(decimalOf(size.notional), perUnit.times(settings.lotSize), 0);
  return lots.times(settings.lotSize);
}

/**
 * The most base units that lose no more than `loss` when they are got at `entryPrice` and given back at `exitPrice`,
 * the fees of both included; rounded down to the lot. Undefined when that way loses nothing.
 */
export function quantityLosing(
  loss: Big,
  { entryPrice, exitPrice }: { entryPrice: Big; exitPrice: Big },
  side: 'buy' | 'sell',
  settings: Pick<PortfolioSettings, 'feeBps' | 'lotSize'>,
): Big | undefined {
  const apart = side === 'buy' ? entryPrice.minus(exitPrice) : exitPrice.minus(entryPrice);
  const perUnit = apart.plus(feeFor(entryPrice.plus(exitPrice), settings));
  if (perUnit.lte(zero)) return undefined;
  const lots = quotient(loss, perUnit.times(settings.lotSize), 0);
  return lots.times(settings.lotSize);
}

/** What an order says of its price. */
export interface Pricing {
  readonly side: 'buy' | 'sell';
  readonly referencePrice: Big;
  readonly limitPrice?: string | undefined;
  readonly stopPrice?: string | undefined;
}

/**
 * The highest price at which the order is likely to trade: what it may cost, and what the exposure may be worth that it
 * makes. A limit keeps a buy from costing more.
 */
export function highestPrice(
  { side, referencePrice, limitPrice, stopPrice }: Pricing,
  rules: { readonly slippageBps: string; readonly tickSize?: string | undefined },
): Big {
  if (side === 'buy' && limitPrice !== undefined) return decimalOf(limitPrice);
  let price = referencePrice;
  for (const own of [limitPrice, stopPrice])
    if (own !== undefined && price.lt(own)) price = new Big(own);
  return slipped(price, 'buy', rules);
}

/** Quote currency that an entry must find free: its notional at the highest price and the fee. */
export function reservation(
  size: OrderSize,
  price: Big,
  settings: Pick<PortfolioSettings, 'feeBps'>,
): Big {
  if (size.kind === 'quote') {
    const notional = decimalOf(size.notional);
    return size.includesFee ? notional : notional.plus(feeFor(notional, settings));
  }
  const notional = decimalOf(size.quantity).times(price);
  return notional.plus(feeFor(notional, settings));
}

/** No exchange allows so little at once of what anybody holds; one that seems to is misunderstood. */
const mostParts = 100;

/**
 * A quantity in as few orders as its instrument takes, none larger than its maximum and all of about a size: a rest might
 * be smaller than its minimum. Where it would take too many the last one is for all the rest: the venue has the last word.
 */
export function partsOf(
  quantity: Big,
  { maxQuantity, lotSize }: { readonly maxQuantity?: string | undefined; readonly lotSize: string },
): Big[] {
  if (signOf(quantity) <= 0) return [];
  if (maxQuantity === undefined || quantity.lte(maxQuantity)) return [quantity];
  const most = new Big(maxQuantity);
  const count = quantity.div(most).round(0, Big.roundUp);
  const share = multiple(quantity.div(count), lotSize, Big.roundUp);
  const largest = multiple(most, lotSize);
  const each = share.lte(most) ? share : largest.gt(zero) ? largest : most;
  const parts: Big[] = [];
  for (let left = quantity; left.gt(zero); left = left.minus(parts.at(-1) ?? left))
    parts.push(left.gt(each) && parts.length < mostParts - 1 ? each : left);
  return parts;
}

export function multiple(value: Big, step: string, rounding: RoundingMode = Big.roundDown): Big {
  if (rounding === Big.roundDown) return cutTo(value, step);
  return value.div(step).round(0, rounding).times(step);
}
