import type { Candle } from '@heliograph/contracts';
import type { Instant } from './feeds/feed.ts';

/** What has been on a tape so far. */
export interface TapeTally {
  readonly candles: number;
  readonly signals: number;
  /** Of the last instant, epoch ms. */
  readonly instant: number | undefined;
  /** The last candle of each symbol. */
  readonly lastCandles: readonly Candle[];
  add(instant: Instant, signals: number): void;
}

export function createTapeTally(): TapeTally {
  let candles = 0;
  let signals = 0;
  let instant: number | undefined;
  const lastCandles = new Map<string, Candle>();
  return {
    get candles() {
      return candles;
    },
    get signals() {
      return signals;
    },
    get instant() {
      return instant;
    },
    get lastCandles() {
      return [...lastCandles.values()];
    },
    add(added, signalCount) {
      candles += added.candles.length;
      signals += signalCount;
      instant = added.time;
      for (const candle of added.candles)
        lastCandles.set(`${candle.venue} ${candle.symbol}`, candle);
    },
  };
}
