import { Big, type ReasonCode } from '@heliograph/contracts';
import type { OrderRequest } from '../broker.ts';
import type { MarketRules } from './market-rules.ts';

/** An order in the venue's own units and steps, or why it cannot be one. */
export type SizedOrder =
  | {
      readonly status: 'sized';
      readonly amount: string;
      readonly limitPrice: string | undefined;
      readonly stopPrice: string | undefined;
    }
  | { readonly status: 'rejected'; readonly reason: ReasonCode; readonly detail: string };

export type Sized = Extract<SizedOrder, { status: 'sized' }>;

/** `marketPrice` is what the market trades at, where the size needs it. */
export function sizeOrder(
  order: OrderRequest,
  rules: MarketRules,
  marketPrice: Big | undefined,
): SizedOrder {
  const limitPrice = toTick(order, order.limitPrice, rules);
  const stopPrice = toTick(order, order.stopPrice, rules);
  const price = limitPrice ?? stopPrice ?? marketPrice;
  const quantity = quantityOf(order, rules, price);
  if (!quantity) return reject('VENUE_REJECTED', 'there is no price to turn the size into units');
  if (quantity.lte('0')) return reject('BELOW_MINIMUM', 'less than one lot');
  const { minQuantity, maxQuantity, minNotional } = rules;
  if (minQuantity && quantity.lt(minQuantity))
    return reject(
      'BELOW_MINIMUM',
      `quantity ${quantity.toFixed()}, the minimum is ${minQuantity.toFixed()}`,
    );
  // A maximum that is misunderstood keeps nobody in a position: the venue has the last word.
  if (maxQuantity && !order.reduceOnly && quantity.gt(maxQuantity))
    return reject(
      'ABOVE_MAXIMUM',
      `quantity ${quantity.toFixed()}, the maximum is ${maxQuantity.toFixed()}`,
    );
  const notional = price && quantity.times(price);
  if (minNotional && notional && notional.lt(minNotional))
    return reject(
      'BELOW_MINIMUM',
      `notional ${notional.toFixed()}, the minimum is ${minNotional.toFixed()}`,
    );
  return {
    status: 'sized',
    amount: quantity.div(rules.contractSize).toFixed(),
    limitPrice: limitPrice?.toFixed(),
    stopPrice: stopPrice?.toFixed(),
  };
}

/** Whether a price of the market is needed to size it. */
export function needsMarketPrice({ size, limitPrice, stopPrice }: OrderRequest): boolean {
  return size.kind === 'quote' && limitPrice === undefined && stopPrice === undefined;
}

/** Base units, cut to the lot: never more than was asked for. */
function quantityOf(
  { size }: OrderRequest,
  { lotSize, market }: MarketRules,
  price: Big | undefined,
): Big | undefined {
  if (size.kind === 'base') return new Big(size.quantity).div(lotSize).round(0).times(lotSize);
  if (!price) return undefined;
  const perUnit = size.includesFee ? price.plus(price.times(market.taker ?? '0')) : price;
  // One cut division by the whole product: its digits before the point are the exact number of lots.
  return new Big(size.notional).div(perUnit.times(lotSize)).round(0).times(lotSize);
}

/** To the next tick that costs nothing: a buy never pays more and a sell never gets less than was asked for. */
function toTick(
  { side }: OrderRequest,
  price: string | undefined,
  rules: MarketRules,
): Big | undefined {
  if (price === undefined) return undefined;
  const exact = new Big(price);
  const tick = rules.tickAt(exact);
  if (!tick) return exact;
  return exact
    .div(tick)
    .round(0, side === 'buy' ? Big.roundDown : Big.roundUp)
    .times(tick);
}

function reject(reason: ReasonCode, detail: string): SizedOrder {
  return { status: 'rejected', reason, detail };
}
