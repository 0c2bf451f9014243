import { SymbolName, Timeframe, timeframeMs, type Candle } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyImpossible } from '../live/possible-candle.ts';
import { simulateCandles, type SimulatedSpan } from './simulate-candles.ts';
import { simulatedVenue } from './simulated-feed.ts';

function market(options: SimulatedSpan, { symbol = 'BTC/USDT', timeframe = '1m' } = {}): Candle[] {
  const instrument = {
    venue: simulatedVenue,
    symbol: SymbolName.parse(symbol),
    timeframe: Timeframe.parse(timeframe),
  };
  return [...simulateCandles(instrument, options)].flat();
}

const calm = { outageEveryMs: 0, crashEveryMs: 0 };
const dayMs = 86_400_000;

function returnsOf(candles: readonly Candle[]): number[] {
  return candles.map(({ open, close }) => Math.log(close / open));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function autocorrelation(values: readonly number[], lag: number): number {
  const middle = mean(values);
  const from = values.map((value) => value - middle);
  const products = from.slice(lag).map((value, index) => value * (from[index] ?? 0));
  return mean(products) / mean(from.map((value) => value ** 2));
}

function kurtosis(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.map((value) => (value - middle) ** 2);
  return mean(squares.map((square) => square ** 2)) / mean(squares) ** 2;
}

test('candles are possible, in order, on their places, and the same for the same seed', () => {
  fc.assert(
    fc.property(
      fc.record({ seed: fc.nat(), spans: fc.integer({ min: 1, max: 2_500 }) }),
      fc.constantFrom('1s', '1m', '30m', '4h', '1d', '1w'),
      (options, timeframe) => {
        const candles = market(options, { timeframe });
        const spanMs = timeframeMs(Timeframe.parse(timeframe));
        let previous = -Infinity;
        for (const candle of candles) {
          expect(whyImpossible(candle)).toBeUndefined();
          expect(candle.openTime).toBeGreaterThanOrEqual(previous);
          expect((candle.openTime - Date.UTC(2026, 0, 5)) % spanMs).toBe(0);
          previous = candle.closeTime;
        }
        expect(market(options, { timeframe })).toEqual(candles);
        // A longer market begins as the shorter one.
        const longer = market({ ...options, spans: options.spans + 50 }, { timeframe });
        expect(longer.slice(0, candles.length)).toEqual(candles);
      },
    ),
    { numRuns: 30 },
  );
});

test('another seed and another symbol are another market', () => {
  const options = { seed: 1, spans: 100 };
  const one = returnsOf(market(options));
  expect(returnsOf(market({ ...options, seed: 2 }))).not.toEqual(one);
  expect(returnsOf(market(options, { symbol: 'ETH/USDT' }))).not.toEqual(one);
});

describe.each([1, 2, 3])('what is known of real markets holds for seed %i:', (seed) => {
  const candles = market({ seed, spans: 40_000, rates: calm });
  const returns = returnsOf(candles);

  test('large moves come more often than by a normal distribution', () => {
    expect(kurtosis(returns)).toBeGreaterThan(5);
    const deviation = Math.sqrt(mean(returns.map((value) => value ** 2)));
    const extreme = returns.filter((value) => Math.abs(value) > 5 * deviation);
    // Of a normal distribution one in 1.7 million.
    expect(extreme.length).toBeGreaterThan(20);
  });

  test('a move does not tell the next one, but its size does', () => {
    const squares = returns.map((value) => value ** 2);
    expect(Math.abs(autocorrelation(returns, 1))).toBeLessThan(0.05);
    expect(autocorrelation(squares, 1)).toBeGreaterThan(0.1);
    expect(autocorrelation(squares, 10)).toBeGreaterThan(0.05);
    const sizes = returns.map(Math.abs);
    expect(autocorrelation(sizes, 1)).toBeGreaterThan(0.15);
    expect(autocorrelation(sizes, 60)).toBeGreaterThan(0.02);
  });

  test('volume follows the hour and the size of the move', () => {
    const byHour = Map.groupBy(candles, ({ openTime }) =>
      Math.floor((openTime % dayMs) / 3_600_000),
    );
    const volumeAt = (hour: number): number =>
      mean((byHour.get(hour) ?? []).map(({ volume }) => volume));
    expect(volumeAt(15) / volumeAt(3)).toBeGreaterThan(2);
    const middle = returns.map(Math.abs).toSorted((a, b) => a - b)[returns.length / 2] ?? 0;
    const volumes = (large: boolean): number[] =>
      candles
        .filter((_, index) => Math.abs(returns[index] ?? 0) > middle === large)
        .map(({ volume }) => volume);
    expect(mean(volumes(true)) / mean(volumes(false))).toBeGreaterThan(1.3);
  });

  test('prices stay in sight of where they began', () => {
    const last = candles.at(-1)?.close ?? 0;
    expect(Math.abs(Math.log(last / (candles[0]?.open ?? 0)))).toBeLessThan(2);
  });
});

test('crashes come about as often as they should, and take all symbols along', () => {
  const days = 2_000;
  const rates = { outageEveryMs: 0, crashEveryMs: 10 * dayMs };
  const options = { seed: 5, spans: days * 24, rates };
  const markets = ['BTC/USDT', 'ETH/USDT'].map((symbol) =>
    market(options, { symbol, timeframe: '1h' }),
  );
  const crashes = (candles: readonly Candle[]): Set<number> =>
    new Set(
      candles
        .filter(({ close }, at) => close / (candles[Math.max(0, at - 3)]?.open ?? 0) < 0.955)
        .map(({ openTime }) => Math.floor(openTime / dayMs)),
    );
  const [first = new Set(), second = new Set()] = markets.map(crashes);
  expect(first.size).toBeGreaterThan((days / 10) * 0.6);
  expect(first.size).toBeLessThan((days / 10) * 1.4);
  expect(first.intersection(second).size / first.size).toBeGreaterThan(0.7);
  const calmDays = crashes(market({ ...options, rates: calm }, { timeframe: '1h' }));
  expect(calmDays.size).toBeLessThan(first.size / 10);
});

test('outages leave holes, the same in all symbols, and the market goes on behind them', () => {
  const rates = { outageEveryMs: dayMs / 4, crashEveryMs: 0 };
  const options = { seed: 3, spans: 30_000, rates };
  const [one = [], other = []] = ['BTC/USDT', 'ETH/USDT'].map((symbol) =>
    market(options, { symbol }),
  );
  const missing = 1 - one.length / options.spans;
  // 40 minutes in 6 hours and 40 minutes.
  expect(missing).toBeGreaterThan(0.05);
  expect(missing).toBeLessThan(0.16);
  expect(one.map(({ openTime }) => openTime)).toEqual(other.map(({ openTime }) => openTime));
  const jumps = one.filter(({ open }, at) => at > 0 && open !== one[at - 1]?.close);
  expect(jumps.length).toBeGreaterThan(10);
  const openTimes = new Set(one.map(({ openTime }) => openTime));
  expect(jumps.every(({ openTime }) => !openTimes.has(openTime - 60_000))).toBe(true);
});
