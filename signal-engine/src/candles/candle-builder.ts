import { type Candle, timeframeMs } from '@heliograph/contracts';
import type { Instrument } from '../feeds/feed.ts';
import { createExactSum, type ExactSum } from './exact-sum.ts';
import { openTimeAt } from './span.ts';

/** What a candle is made of: a trade, at one price, or a shorter candle at the time of its open. */
export interface Part {
  /** Epoch ms. */
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Base units. */
  readonly volume: number;
}

/**
 * Builds the candles of one instrument in event time. A candle holds what happened from its open up to, not including, its
 * close, in whatever order it comes: its open is the earliest part's, its close the latest's; of parts of one moment the
 * order of arrival counts. What comes after its candle has closed is late: it is refused, for a candle that is told is not
 * changed. A span in which nothing happened has no candle.
 */
export interface CandleBuilder {
  /** Whether the part was in time. */
  add(part: Part): boolean;
  /** All that is before this moment is there: gives the candles that close by it, oldest first. It never goes back. */
  advance(timeMs: number): Candle[];
}

export function createCandleBuilder(instrument: Instrument): CandleBuilder {
  const { timeframe } = instrument;
  const spanMs = timeframeMs(timeframe);
  /** By open time; almost always there is one. */
  const open = new Map<number, Growing>();
  let reachedMs = -Infinity;

  return {
    add(part) {
      const openTime = openTimeAt(part.timeMs, timeframe);
      if (openTime + spanMs <= reachedMs) return false;
      const growing = open.get(openTime);
      if (growing) grow(growing, part);
      else open.set(openTime, begin(part));
      return true;
    },
    advance(timeMs) {
      reachedMs = Math.max(reachedMs, timeMs);
      const closed: Candle[] = [];
      for (const [openTime, growing] of open) {
        if (openTime + spanMs > reachedMs) continue;
        open.delete(openTime);
        closed.push(finish(growing, { ...instrument, openTime, closeTime: openTime + spanMs }));
      }
      return closed.length > 1 ? closed.toSorted((a, b) => a.openTime - b.openTime) : closed;
    },
  };
}

interface Growing {
  firstMs: number;
  lastMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  readonly volume: ExactSum;
}

function begin(part: Part): Growing {
  const { timeMs, open, high, low, close } = part;
  const volume = createExactSum();
  volume.add(part.volume);
  return { firstMs: timeMs, lastMs: timeMs, open, high, low, close, volume };
}

function grow(growing: Growing, { timeMs, open, high, low, close, volume }: Part): void {
  if (timeMs < growing.firstMs) {
    growing.firstMs = timeMs;
    growing.open = open;
  }
  if (timeMs >= growing.lastMs) {
    growing.lastMs = timeMs;
    growing.close = close;
  }
  if (high > growing.high) growing.high = high;
  if (low < growing.low) growing.low = low;
  growing.volume.add(volume);
}

function finish(
  { open, high, low, close, volume }: Growing,
  span: Instrument & Pick<Candle, 'openTime' | 'closeTime'>,
): Candle {
  const { venue, symbol, timeframe, openTime, closeTime } = span;
  return {
    venue,
    symbol,
    timeframe,
    openTime,
    closeTime,
    open,
    high,
    low,
    close,
    volume: volume.value(),
  };
}
