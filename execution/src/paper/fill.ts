import {
  deterministicId,
  signOf,
  toPositive,
  type Big,
  type ReasonCode,
} from '@heliograph/contracts';
import {
  changeBy,
  hasMargin,
  holdingOf,
  quantityAfter,
  raisesExposure,
  type Account,
} from './account.ts';
import { isImmediate, volumeFor, type Trade } from './attempt.ts';
import { remainingOf, type RestingOrder } from './book.ts';
import type { PaperEvent } from './events.ts';
import { feeFor, quantityAt, shareOf, takerPrice } from './price.ts';
import type { TradingRules } from './rules.ts';
import type { Slice } from './slice.ts';

/** What comes of an order that meets a price: a fill, a part of one, or its end. */
export function fill(
  order: RestingOrder,
  trade: Trade,
  { slice, account, rules }: { slice: Slice; account: Account; rules: TradingRules },
): PaperEvent[] {
  const { orderId, side } = order;
  const { timeMs, liquidity } = trade;
  const end = (reason: ReasonCode, detail: string): PaperEvent[] => [
    { type: 'order_cancelled', orderId, timeMs, reason, detail },
  ];
  const feeBps = liquidity === 'maker' ? rules.makerFeeBps : rules.takerFeeBps;
  const pricing = { feeBps, lotSize: rules.lotSize };
  const price = priceOf(order, trade, slice, rules);
  if (signOf(price) <= 0)
    return end(
      'BELOW_MINIMUM',
      `nothing is left of ${trade.price.toFixed()} after slippage and tick`,
    );

  const whole = quantityAt(remainingOf(order), price, pricing);
  const broken = brokenRule(order, whole, price, rules);
  if (broken) return end(broken.reason, broken.detail);
  const held = holdingOf(account, order);
  let wanted = whole;
  if (order.reduceOnly || (side === 'sell' && !rules.shorting)) {
    const closable = side === 'sell' ? held.quantity : held.quantity.neg();
    if (signOf(closable) <= 0)
      return end(
        order.protects === undefined ? 'NO_POSITION' : 'POSITION_CLOSED',
        `no ${order.symbol} is held`,
      );
    wanted = smaller(whole, closable);
  }
  if (signOf(wanted) <= 0)
    return end('BELOW_MINIMUM', `less than one lot of ${rules.lotSize} at ${price.toFixed()}`);
  const volume = volumeFor(slice, rules);
  const quantity = volume === undefined ? wanted : smaller(wanted, volume);
  if (order.timeInForce === 'FOK' && quantity.lt(whole))
    return end('TIME_IN_FORCE', `${quantity.toFixed()} of ${whole.toFixed()} could be filled`);

  const notional = quantity.times(price);
  const fee = feeFor(notional, feeBps);
  const filled = { side, quantity, price, fee };
  const isMore = raisesExposure(held.quantity, quantityAfter(held.quantity, filled));
  if (isMore && !hasMargin(account, changeBy(account, order, filled), rules.leverage)) {
    const cost = notional.plus(fee).toFixed();
    const there = `${account.cash.toFixed()} there`;
    return rules.shorting || rules.leverage > 1
      ? end('LEVERAGE', `${cost} at ${price.toFixed()} is more than its margin carries, ${there}`)
      : end('INSUFFICIENT_FUNDS', `${cost} needed at ${price.toFixed()}, ${there}`);
  }

  const complete = quantity.eq(wanted);
  const { sequence, closeTime } = slice;
  const event: PaperEvent = {
    type: 'order_filled',
    orderId,
    timeMs,
    fillId: deterministicId('fill', orderId, String(order.fills + 1)),
    quantity: toPositive(quantity),
    price: toPositive(price),
    fee: fee.toFixed(),
    liquidity,
    complete,
    place: { sequence, closeTimeMs: closeTime, moment: trade.moment },
  };
  if (complete || !isImmediate(order)) return [event];
  return [event, ...end('TIME_IN_FORCE', 'there was no volume for the rest')];
}

/** A maker gets its limit; a taker what the tape says and everything that goes against it, but never past its limit. */
function priceOf(order: RestingOrder, trade: Trade, slice: Slice, rules: TradingRules): Big {
  const { side, limitPrice } = order;
  if (trade.liquidity === 'maker') return trade.price;
  const atMost = (price: Big): Big => {
    if (limitPrice === undefined) return price;
    const isPast = side === 'buy' ? price.gt(limitPrice) : price.lt(limitPrice);
    return isPast ? limitPrice : price;
  };
  const price = atMost(takerPrice(trade.price, side, rules));
  if (rules.impactBps === undefined || signOf(price) <= 0) return price;
  const pricing = { feeBps: rules.takerFeeBps, lotSize: rules.lotSize };
  const wanted = quantityAt(remainingOf(order), price, pricing);
  const quantity = smaller(wanted, volumeFor(slice, rules) ?? wanted);
  const share = shareOf(quantity, slice.prices.volume);
  return atMost(takerPrice(trade.price, side, rules, share));
}

/** What could not be known of the instrument's rules when the order was placed. */
function brokenRule(
  order: RestingOrder,
  quantity: Big,
  price: Big,
  { minQuantity, maxQuantity, minNotional }: TradingRules,
): { reason: ReasonCode; detail: string } | undefined {
  if (order.fills > 0) return undefined;
  const said = (): string => `${quantity.toFixed()} at ${price.toFixed()}`;
  if (order.size.kind === 'quote' && maxQuantity !== undefined && quantity.gt(maxQuantity))
    return { reason: 'ABOVE_MAXIMUM', detail: `${said()} is more than ${maxQuantity}` };
  if (order.reduceOnly) return undefined;
  if (order.size.kind === 'quote' && minQuantity !== undefined && quantity.lt(minQuantity))
    return { reason: 'BELOW_MINIMUM', detail: `${said()} is less than ${minQuantity}` };
  const isPriced = order.limitPrice !== undefined || order.stopPrice !== undefined;
  if (order.size.kind === 'base' && !isPriced && minNotional !== undefined)
    if (quantity.times(price).lt(minNotional))
      return { reason: 'BELOW_MINIMUM', detail: `${said()} is worth less than ${minNotional}` };
  return undefined;
}

function smaller(a: Big, b: Big): Big {
  return a.lt(b) ? a : b;
}
