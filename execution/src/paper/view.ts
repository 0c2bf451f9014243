import { Big } from '@heliograph/contracts';
import type { RestingOrder } from './book.ts';
import { between } from './price.ts';
import type { Progress } from './progress.ts';
import type { TradingRules } from './rules.ts';
import type { Prices, Slice } from './slice.ts';

/** What an order sees of a slice of the tape. */
export interface View {
  /** The first price that it meets; none where it begins to work at an unknown moment inside. */
  readonly first: Big | undefined;
  readonly firstTimeMs: number;
  /** How much of the slice comes after `first`. */
  readonly moment: 'open' | 'inside' | 'end';
  /** The price inside at which it begins to work, where `first` is missing. */
  readonly begins: Big | undefined;
  /** Of the whole slice: how far the price may have gone against it, which triggers stops, and where it closed. */
  readonly prices: Prices;
  /** How far the price has gone for certain since it works: what fills limits, and what trailing stops follow. */
  readonly range: Pick<Prices, 'low' | 'high'>;
  /** Whether limits see no more of it than `first`: they may have run out before the rest. */
  readonly limitsSeeFirstOnly: boolean;
}

/** Undefined where the slice is not for that order: it closed before the order was there, or is from the past. */
export function viewOf(
  order: RestingOrder,
  progress: Progress,
  slice: Slice,
  rules: TradingRules,
): View | undefined {
  const { from } = order;
  if (slice.sequence <= progress.upTo) return undefined;
  if (from && slice.sequence <= from.sequence) return viewAfterFill(order, slice, from);
  if (progress.closeMs !== undefined && slice.openTime < progress.closeMs) return undefined;
  const arrivalMs = from ? from.timeMs : order.timeMs + rules.latencyMs;
  if (slice.isTrade)
    return slice.openTime < arrivalMs
      ? undefined
      : whole(slice, slice.openTime, 'end', order.goodTillMs);
  if (from && slice.openTime < from.closeTimeMs) return undefined;
  if (slice.closeTime <= arrivalMs) return undefined;
  if (slice.openTime >= arrivalMs) return whole(slice, slice.openTime, 'open', order.goodTillMs);
  return arrivesInside(order, slice, arrivalMs, rules);
}

/** The rest of the candle in which the fill happened that the order protects. */
function viewAfterFill(
  order: RestingOrder,
  slice: Slice,
  from: NonNullable<RestingOrder['from']>,
): View | undefined {
  if (slice.sequence < from.sequence || from.moment === 'end') return undefined;
  if (from.moment === 'open')
    return whole(slice, Math.max(slice.openTime, from.timeMs), 'open', order.goodTillMs);
  const begins = new Big(from.price);
  const { prices } = slice;
  return {
    first: undefined,
    firstTimeMs: from.timeMs,
    moment: 'inside',
    begins,
    prices,
    range: path(begins, prices.close),
    limitsSeeFirstOnly: expiresIn(slice, order.goodTillMs),
  };
}

/** The extremes may lie before its arrival: stops go by them all the same, limits only by the way to the close. */
function arrivesInside(
  order: RestingOrder,
  slice: Slice,
  arrivalMs: number,
  rules: TradingRules,
): View | undefined {
  const length = slice.closeTime - slice.openTime;
  const { shortestCandleMs } = order;
  if (shortestCandleMs !== undefined && length > shortestCandleMs) return undefined;
  // Who made an order inside a candle has always been given its open, unless there is a latency to speak of.
  const atOpen = order.orderType === 'market' && rules.latencyMs === 0;
  const part = { part: arrivalMs - slice.openTime, whole: length };
  const { prices } = slice;
  const first = atOpen ? prices.open : between(prices.open, prices.close, part);
  return {
    first,
    firstTimeMs: arrivalMs,
    moment: 'inside',
    begins: undefined,
    prices,
    range: path(first, prices.close),
    limitsSeeFirstOnly: expiresIn(slice, order.goodTillMs),
  };
}

function whole(
  slice: Slice,
  firstTimeMs: number,
  moment: 'open' | 'end',
  goodTillMs?: number,
): View {
  const { prices } = slice;
  return {
    first: prices.open,
    firstTimeMs,
    moment,
    begins: undefined,
    prices,
    range: prices,
    limitsSeeFirstOnly: expiresIn(slice, goodTillMs),
  };
}

/** Whether what happens inside may come too late. */
function expiresIn(slice: Slice, goodTillMs: number | undefined): boolean {
  return goodTillMs !== undefined && goodTillMs < slice.closeTime;
}

function path(from: Big, to: Big): { low: Big; high: Big } {
  return from.lt(to) ? { low: from, high: to } : { low: to, high: from };
}
