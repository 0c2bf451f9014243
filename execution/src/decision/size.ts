import type { RoundingMode } from 'big.js';
import {
  Big,
  toDecimal,
  type OrderSize,
  type PortfolioSettings,
  type Stake,
} from '@heliograph/contracts';

const basisPoint = new Big('0.0001');
const one = new Big('1');

/** The fee for a notional, quote currency. */
export function feeFor(notional: Big, { feeBps }: Pick<PortfolioSettings, 'feeBps'>): Big {
  return notional.times(feeBps).times(basisPoint);
}

/** The price that a market order gets when the market trades at `price`: slippage and tick both go against it. */
export function slipped(
  price: Big,
  side: 'buy' | 'sell',
  { slippageBps, tickSize }: Pick<PortfolioSettings, 'slippageBps' | 'tickSize'>,
): Big {
  const shift = new Big(slippageBps).times(basisPoint);
  const moved = price.times(side === 'buy' ? one.plus(shift) : one.minus(shift));
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
  if (size.kind === 'base') return multiple(new Big(size.quantity), settings.lotSize);
  const perUnit = size.includesFee ? price.plus(feeFor(price, settings)) : price;
  // One cut division by the whole product: its digits before the point are the exact number of lots.
  const lots = new Big(size.notional).div(perUnit.times(settings.lotSize)).round(0, Big.roundDown);
  return lots.times(settings.lotSize);
}

/** What one entry asks for, given the cash that is free. */
export function entrySize(stake: Stake, free: Big): OrderSize {
  switch (stake.kind) {
    case 'quote':
      return { kind: 'quote', notional: stake.value, includesFee: false };
    case 'all':
      return { kind: 'quote', notional: toDecimal(free), includesFee: true };
    case 'base':
      return { kind: 'base', quantity: stake.value };
  }
}

/** Quote currency that a buy must find free: its notional at the slipped reference price and the fee. */
export function reservation(
  size: OrderSize,
  referencePrice: Big,
  settings: PortfolioSettings,
): Big {
  if (size.kind === 'quote') {
    const notional = new Big(size.notional);
    return size.includesFee ? notional : notional.plus(feeFor(notional, settings));
  }
  const notional = new Big(size.quantity).times(slipped(referencePrice, 'buy', settings));
  return notional.plus(feeFor(notional, settings));
}

export function multiple(value: Big, step: string, rounding: RoundingMode = Big.roundDown): Big {
  return value.div(step).round(0, rounding).times(step);
}
