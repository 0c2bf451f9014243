import { type Candle, deterministicId } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import type { Feed, Instant } from '../feeds/feed.ts';

/** A feed of candles that are at hand, all of one instrument, so many instants a chunk. */
export function feedOf(candles: readonly Candle[], chunkSize = 7): Feed {
  const instants: Instant[] = candles.map((candle) => ({
    time: candle.closeTime,
    candles: [candle],
  }));
  const [{ venue, symbol, timeframe } = aCandle()] = candles;
  return {
    identity: deterministicId(JSON.stringify(candles)),
    instruments: [{ venue, symbol, timeframe }],
    async *chunks() {
      for (let at = 0; at < instants.length; at += chunkSize)
        yield instants.slice(at, at + chunkSize);
    },
  };
}

/** One candle a minute with these closes. */
export function candlesOf(closes: readonly number[]): Candle[] {
  return closes.map((close, at) => aCandle({ at, close }));
}
