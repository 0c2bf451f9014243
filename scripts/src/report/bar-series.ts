import type { Candle } from '@heliograph/contracts';
import type { Standing } from '../record/run-recorder.ts';

/** A candle of the chart, or several merged into one, and how the portfolio stood at its close. */
export interface Bar {
  /** Epoch ms of its open. */
  readonly openTime: number;
  readonly open: number;
  high: number;
  low: number;
  close: number;
  /** Quote currency; NaN until it is known. */
  equity: number;
  buyAndHoldRatio: number;
  /** The deepest within the bar. */
  drawdownRatio: number;
}

export interface BarSeries {
  readonly bars: readonly Bar[];
  /** How many candles a bar is made of at most. */
  readonly candlesPerBar: number;
  /** What is not later than the last one is left out: a chart only goes forward. */
  add(candle: Candle): boolean;
  /** How the portfolio stands at the close of the last candle. */
  stand(standing: Standing): void;
  /** Merges bars until there are at most so many. */
  shrink(most: number): void;
}

/** Candles in order, in a size that does not grow: when there are too many bars, each two become one. */
export function createBarSeries(most: number): BarSeries {
  let bars: Bar[] = [];
  let candlesPerBar = 1;
  let inLast = 0;
  let limit = most;

  const halve = (): void => {
    const merged: Bar[] = [];
    for (let at = 0; at < bars.length; at += 2) {
      const [first, second] = [bars[at], bars[at + 1]];
      if (first) merged.push(second ? merge(first, second) : first);
    }
    inLast += bars.length % 2 === 0 ? candlesPerBar : 0;
    bars = merged;
    candlesPerBar *= 2;
  };

  return {
    get bars() {
      return bars;
    },
    get candlesPerBar() {
      return candlesPerBar;
    },
    add({ openTime, open, high, low, close }) {
      const newest = bars.at(-1);
      if (newest && openTime <= newest.openTime) return false;
      if (bars.length >= limit && inLast >= candlesPerBar) halve();
      const last = bars.at(-1);
      if (last && inLast < candlesPerBar) {
        if (high > last.high) last.high = high;
        if (low < last.low) last.low = low;
        last.close = close;
        inLast++;
        return true;
      }
      const unknown = { equity: NaN, buyAndHoldRatio: 0, drawdownRatio: 0 };
      bars.push({ openTime, open, high, low, close, ...unknown });
      inLast = 1;
      return true;
    },
    stand({ equity, buyAndHoldRatio, drawdownRatio }) {
      const last = bars.at(-1);
      if (!last) return;
      last.equity = equity;
      last.buyAndHoldRatio = buyAndHoldRatio;
      if (drawdownRatio > last.drawdownRatio) last.drawdownRatio = drawdownRatio;
    },
    shrink(to) {
      limit = Math.max(2, to);
      while (bars.length > limit) halve();
    },
  };
}

function merge(first: Bar, second: Bar): Bar {
  return {
    openTime: first.openTime,
    open: first.open,
    high: Math.max(first.high, second.high),
    low: Math.min(first.low, second.low),
    close: second.close,
    equity: second.equity,
    buyAndHoldRatio: second.buyAndHoldRatio,
    drawdownRatio: Math.max(first.drawdownRatio, second.drawdownRatio),
  };
}
