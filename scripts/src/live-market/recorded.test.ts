import { Big, type Candle } from '@heliograph/contracts';
import { openCcxtVenue } from '@heliograph/signal-engine';
import { describe, expect, test, vi } from 'vitest';
import {
  startBinanceDouble,
  type BinanceDouble,
} from '../../../execution/src/testing/binance-double/binance-double.ts';
import {
  recordedStream,
  recordedTrades,
  type Recorded,
} from '../../../execution/src/testing/recorded-trades.ts';
import { atServer } from '../at-server.ts';

const data = process.env['HELIOGRAPH_DATA'];
const soon = { timeout: 60_000, interval: 10 };

/** Candles by the file alone; not the first, which began before the recording, nor the last, which has not ended in it. */
function candlesByFile(trades: readonly Recorded[], spanMs: number): number[][] {
  const spans = Map.groupBy(trades, ({ timeMs }) => Math.floor(timeMs / spanMs) * spanMs);
  const candles = [...spans].map(([openMs, own]) => {
    const prices = own.map(({ price }) => Number(price));
    const volume = own.reduce((sum, { quantity }) => sum.plus(quantity), new Big('0'));
    return [
      openMs,
      prices[0] ?? NaN,
      Math.max(...prices),
      Math.min(...prices),
      prices.at(-1) ?? NaN,
      Number(volume.toFixed()),
    ];
  });
  return candles.slice(1, -1);
}

function valuesOf(candle: Candle | undefined): number[] {
  if (!candle) return [];
  const { openTime, open, high, low, close, volume } = candle;
  return [openTime, open, high, low, close, volume];
}

const sendAll = (double: BinanceDouble, trades: readonly Recorded[]): void => {
  for (const { text } of trades) double.sendMarket(recordedStream, text);
};

describe.skipIf(!data)('what Binance has really told (skipped without HELIOGRAPH_DATA)', () => {
  test.each(['1s', '1m'])('makes the candles of %s that it says', async (timeframe) => {
    await using double = await startBinanceDouble({ quietMarket: true });
    const redirect = (url: string): string => atServer(double.url, url);
    const venue = await openCcxtVenue('binance', { where: 'test', redirect });
    const stopping = new AbortController();
    const instrument = venue.instrument('BTC/USDT', timeframe);
    const told = venue.listen(instrument, 'trades', stopping.signal);
    await vi.waitUntil(() => double.marketSubscribers === 1, soon);
    const trades = recordedTrades(data ?? '');
    const expected = candlesByFile(trades, timeframe === '1s' ? 1_000 : 60_000);
    const found: number[][] = [];
    // As many at a time as whoever listens may be behind.
    for (let from = 0; from < trades.length; from += 500) {
      sendAll(double, trades.slice(from, from + 500));
      const reachedMs = trades[Math.min(from + 499, trades.length - 1)]?.timeMs ?? 0;
      const spanMs = timeframe === '1s' ? 1_000 : 60_000;
      const due = expected.filter(
        ([openMs = 0]) => openMs + spanMs <= Math.floor(reachedMs / spanMs) * spanMs,
      );
      for (const [openMs = 0] of due.slice(found.length)) {
        await vi.waitUntil(() => told.at(openMs), soon);
        found.push(valuesOf(told.at(openMs)));
      }
    }
    expect(expected.length).toBeGreaterThan(3);
    expect(found).toEqual(expected);
    stopping.abort();
    await venue.close();
  });
});
