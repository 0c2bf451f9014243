import { Big, exactly } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import { hasMargin, marginOf, usedWith } from '../entries/funds.ts';
import type { EntryPlan } from '../entries/entry-plan.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { freeCash, priceOf, type Portfolio } from '../state/portfolio.ts';
import { enters } from '../state/position.ts';
import { planned, refusedAs } from './plan.ts';

const zero = new Big('0');

export function tooLargeAnOrder(considered: Considered): string | undefined {
  const { maxOrderNotional } = considered.settings.risk;
  const plan = maxOrderNotional === undefined ? undefined : planned(considered);
  return plan && maxOrderNotional !== undefined && plan.notional.gt(maxOrderNotional)
    ? `it is worth ${plan.notional.toFixed()}, at most ${maxOrderNotional} is allowed`
    : undefined;
}

export function tooMuchOfOneSymbol(considered: Considered): string | undefined {
  const { key, signal, settings } = considered;
  return beyond(considered, settings.risk.maxSymbolExposureRatio, {
    of: signal.data.symbol,
    counts: (instrument) => instrument === key,
  });
}

export function tooMuchExposure(considered: Considered): string | undefined {
  return beyond(considered, considered.settings.risk.maxExposureRatio, {
    of: 'all',
    counts: () => true,
  });
}

export function tooMuchLeverage(considered: Considered): string | undefined {
  const plan = hasMargin(considered) ? planned(considered) : undefined;
  if (!plan) return undefined;
  const margin = marginOf(considered, plan);
  const used = usedWith(plan, considered, margin);
  return used.gt(margin.limit)
    ? `${used.toFixed()} would be used, ${margin.limit.toFixed()} is ${considered.settings.leverage ?? 1} times the equity at cost`
    : undefined;
}

export function tooExpensive(considered: Considered): string | undefined {
  const plan = planned(considered);
  if (!plan) return refusedAs('INSUFFICIENT_FUNDS', considered);
  if (hasMargin(considered)) return undefined;
  const free = freeCash(considered.portfolio);
  // A short position can only be there from other settings; it is bought back in cash too.
  const needed = plan.needed.plus(plan.closing.times(plan.highest));
  return needed.gt(free) ? `${needed.toFixed()} needed, ${free.toFixed()} free` : undefined;
}

type Counted = (instrument: string) => boolean;

function beyond(
  considered: Considered,
  ratio: number | undefined,
  { of, counts }: { of: string; counts: Counted },
): string | undefined {
  const plan = ratio === undefined ? undefined : planned(considered);
  if (ratio === undefined || !plan) return undefined;
  const exposure = exposureWith(plan, considered, counts);
  if (!exposure) return `what somebody else's order of ${of} is worth cannot be told`;
  const equity = considered.equity();
  return exposure.gt(equity.times(exactly(ratio)))
    ? `${of} would be worth ${exposure.toFixed()}, at most ${ratio} of ${equity.toFixed()} is allowed`
    : undefined;
}

/** Positions at their last prices, what open entries may still add at their worst, and what is to come. */
function exposureWith(plan: EntryPlan, considered: Considered, counts: Counted): Big | undefined {
  const { portfolio, prices, key } = considered;
  let exposure = plan.notional;
  for (const [instrument, position] of portfolio.positions) {
    if (!counts(instrument) || (instrument === key && plan.closing.gt(zero))) continue;
    exposure = exposure.plus(position.quantity.times(priceOf(position, prices)));
  }
  for (const order of portfolio.orders.values())
    if (counts(instrumentKey(order))) exposure = exposure.plus(order.reserved);
  for (const order of portfolio.foreignOrders.values()) {
    const instrument = instrumentKey(order);
    const quantity = counts(instrument) ? raisedBy(order, considered) : zero;
    if (quantity.lte(zero)) continue;
    const price = priceOfForeign(order, considered);
    if (!price) return undefined;
    exposure = exposure.plus(quantity.times(price));
  }
  return exposure;
}

type ForeignOrder =
  Portfolio['foreignOrders'] extends ReadonlyMap<unknown, infer Order> ? Order : never;

/** Base units by which somebody else's order may make a position larger, or open one. */
function raisedBy(order: ForeignOrder, { portfolio, settings }: Considered): Big {
  // Where nothing is sold short a sell is an exit, or sells what is not of this portfolio.
  if (order.reduceOnly || (order.side === 'sell' && !settings.shorting)) return zero;
  const quantity = new Big(order.quantity).minus(order.filledQuantity);
  const position = portfolio.positions.get(instrumentKey(order));
  return position && !enters(position, order.side) ? quantity.minus(position.quantity) : quantity;
}

function priceOfForeign(
  order: ForeignOrder,
  { portfolio, prices, key, referencePrice }: Considered,
): Big | undefined {
  if (order.limitPrice !== undefined) return new Big(order.limitPrice);
  const instrument = instrumentKey(order);
  const last = prices.get(instrument);
  if (last) return exactly(last.price);
  const position = portfolio.positions.get(instrument);
  if (position) return priceOf(position, prices);
  return instrument === key ? referencePrice : undefined;
}
