import {
  Big,
  exactly,
  PositiveDecimal,
  signOf,
  type Decimal,
  type Protection,
  type TimeInForce,
} from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import type { EntryTerms } from './entry-plan.ts';
import { worseByBps } from '../state/portfolio.ts';
import { refusal, type Refusal } from '../refusal.ts';
import { highestPrice, multiple, slipped } from './size.ts';

const one = new Big('1');
const zero = new Big('0');
const basisPoint = new Big('0.0001');

type Towards = 'up' | 'down';

/**
 * What a signal asks for as terms of an order, or what is wrong with its prices. The tick never makes them worse than
 * asked: a limit pays no more, a stop starts no sooner, and what protects lies no farther away.
 */
export function termsOf(considered: Considered): EntryTerms | Refusal {
  const { portfolio, signal, rules, referencePrice } = considered;
  const { side } = signal.data;
  const prices = orderPrices(considered);
  if ('reason' in prices) return prices;
  const { limit, stop } = prices;
  const limitPrice = limit && decimalText(limit);
  const stopPrice = stop && decimalText(stop);
  if ((limit && !limitPrice) || (stop && !stopPrice))
    return refusal('INVALID_PRICE', `no price above 0 is left${afterTick(rules.tickSize)}`);
  const slipping = { slippageBps: worseByBps(portfolio), tickSize: rules.tickSize };
  const price = likelyPrice(side, referencePrice, prices);
  const worstIn = limit ?? slipped(later(side, referencePrice, stop), side, slipping);
  if (signOf(worstIn) <= 0)
    return refusal('INVALID_PRICE', `nothing is left of ${price.toFixed()} after slippage`);
  const protection = protectionOf(considered, price);
  if (protection && 'reason' in protection) return protection;
  const out = protection && stopOf(protection, worstIn, side);
  return {
    orderType: orderTypeOf(prices),
    ...(limitPrice && { limitPrice }),
    ...(stopPrice && { stopPrice }),
    ...timeInForceOf(considered),
    ...(protection && { protection }),
    price,
    highest: highestPrice({ side, referencePrice, limitPrice, stopPrice }, slipping),
    worst: { in: worstIn, ...(out && { out: slippedOut(out, side, slipping) }) },
  };
}

function afterTick(tickSize: string | undefined): string {
  return tickSize === undefined ? '' : ` after the tick of ${tickSize}`;
}

interface OrderPrices {
  readonly limit?: Big;
  readonly stop?: Big;
}

function orderPrices({ signal, rules, referencePrice }: Considered): OrderPrices | Refusal {
  const { entry, side } = signal.data;
  if (!entry) return {};
  const [noWorse, noSooner]: [Towards, Towards] = side === 'buy' ? ['down', 'up'] : ['up', 'down'];
  const { maxSlippageBps } = entry;
  const cap = maxSlippageBps === undefined ? undefined : away(referencePrice, maxSlippageBps, side);
  const own =
    entry.type === 'market' || entry.limitPrice === undefined
      ? undefined
      : new Big(entry.limitPrice);
  const limit = own && cap ? better(side, own, cap) : (own ?? cap);
  const stop = entry.type === 'stop' ? new Big(entry.stopPrice) : undefined;
  if (stop && cap && better(side, stop, cap) !== stop)
    return refusal(
      'INVALID_PRICE',
      `its stop at ${stop.toFixed()} is beyond ${cap.toFixed()}, the worst price that it accepts`,
    );
  return {
    ...(limit && { limit: onTick(limit, rules.tickSize, noWorse) }),
    ...(stop && { stop: onTick(stop, rules.tickSize, noSooner) }),
  };
}

function orderTypeOf({ limit, stop }: OrderPrices): EntryTerms['orderType'] {
  if (stop) return limit ? 'stop_limit' : 'stop';
  return limit ? 'limit' : 'market';
}

/** A market order that accepts no more than some slippage takes what it gets at once. */
function timeInForceOf({ signal }: Considered): { timeInForce?: TimeInForce } {
  const { entry } = signal.data;
  const { type = 'market', timeInForce, maxSlippageBps } = entry ?? {};
  if (type !== 'market') return { timeInForce: timeInForce ?? 'GTC' };
  if (maxSlippageBps !== undefined) return { timeInForce: timeInForce === 'FOK' ? 'FOK' : 'IOC' };
  return timeInForce === undefined ? {} : { timeInForce };
}

/** A limit that the market has passed already trades at the market, and so does a stop. */
function likelyPrice(side: 'buy' | 'sell', reference: Big, { limit, stop }: OrderPrices): Big {
  if (stop) return later(side, reference, stop);
  return limit ? better(side, reference, limit) : reference;
}

function better(side: 'buy' | 'sell', one: Big, other: Big): Big {
  return (side === 'buy') === one.gt(other) ? other : one;
}

function later(side: 'buy' | 'sell', reference: Big, stop: Big | undefined): Big {
  if (!stop) return reference;
  return (side === 'buy') === stop.gt(reference) ? stop : reference;
}

/** That much worse for an order of that side. */
function away(price: Big, bps: number, side: 'buy' | 'sell'): Big {
  const shift = exactly(bps).times(basisPoint);
  return price.times(side === 'buy' ? one.plus(shift) : one.minus(shift));
}

/** Protective prices are rounded towards the entry: a stop loses no more, a target is reached no later. */
function protectionOf({ signal, rules }: Considered, price: Big): Protection | Refusal | undefined {
  const { stopLoss, takeProfits = [], trailingStop, timeStopMs, targetPosition } = signal.data;
  const isLong = targetPosition === 'long';
  const [fromBelow, fromAbove]: [Towards, Towards] = ['up', 'down'];
  if (trailingStop && isLong && trailingStop.distanceBps >= 10_000)
    return refusal('INVALID_PRICE', 'a trailing stop that far away is below 0');
  const protection: Protection = {};
  if (stopLoss) {
    const stop = onTick(new Big(stopLoss.price), rules.tickSize, isLong ? fromBelow : fromAbove);
    const text = decimalText(stop);
    if (!text || (isLong ? stop.gte(price) : stop.lte(price)))
      return misplaced('stop', stop, price);
    protection.stopLoss = { price: text };
  }
  const targets = new Map<Decimal, number>();
  for (const takeProfit of takeProfits) {
    const target = onTick(
      new Big(takeProfit.price),
      rules.tickSize,
      isLong ? fromAbove : fromBelow,
    );
    const text = decimalText(target);
    if (!text || (isLong ? target.lte(price) : target.gte(price)))
      return misplaced('profit target', target, price);
    // Two that the tick has made one are one order.
    const ratio = exactly(takeProfit.ratio).plus(exactly(targets.get(text) ?? 0));
    targets.set(text, Math.min(1, Number(ratio.toFixed())));
  }
  if (targets.size > 0)
    protection.takeProfits = [...targets].map(([price, ratio]) => ({ price, ratio }));
  if (trailingStop) protection.trailingStop = trailingStop;
  if (timeStopMs !== undefined) protection.timeStopMs = timeStopMs;
  return Object.keys(protection).length > 0 ? protection : undefined;
}

function misplaced(what: string, at: Big, price: Big): Refusal {
  return refusal(
    'INVALID_PRICE',
    `its ${what} would be at ${at.toFixed()}, on the wrong side of an entry at ${price.toFixed()}`,
  );
}

/** Where a position that was entered at that price is stopped. */
function stopOf({ stopLoss, trailingStop }: Protection, entry: Big, side: 'buy' | 'sell') {
  if (stopLoss) return new Big(stopLoss.price);
  return trailingStop && away(entry, trailingStop.distanceBps, opposite(side));
}

function slippedOut(stop: Big, side: 'buy' | 'sell', slipping: Parameters<typeof slipped>[2]): Big {
  const price = slipped(stop, opposite(side), slipping);
  return price.lt(zero) ? zero : price;
}

function opposite(side: 'buy' | 'sell'): 'buy' | 'sell' {
  return side === 'buy' ? 'sell' : 'buy';
}

function onTick(price: Big, tickSize: string | undefined, towards: Towards): Big {
  if (tickSize === undefined) return price;
  return multiple(price, tickSize, towards === 'up' ? Big.roundUp : Big.roundDown);
}

/** As the journal writes it; undefined where it is not above 0 or has more digits than that. */
export function decimalText(value: Big): Decimal | undefined {
  return PositiveDecimal.safeParse(value.toFixed()).data;
}
