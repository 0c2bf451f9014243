import { SymbolName, type Candle } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMarketWatch } from './market-watch.ts';

const { venue, symbol, timeframe, openTime: startMs } = aCandle();
const instrument = { venue, symbol, timeframe };
const other = { ...instrument, symbol: SymbolName.parse('ETH/USDT') };
const minute = 60_000;

function watching(): {
  judge: (candle: Candle, nowMs?: number) => string[];
  check: (nowMs: number, monotonicMs?: number) => string[];
} {
  const watch = createMarketWatch([instrument, other], startMs);
  return {
    judge(candle, nowMs = candle.closeTime) {
      const { verdict, troubles } = watch.judge(candle, nowMs);
      return [verdict, ...troubles.map(({ kind }) => kind)];
    },
    check: (nowMs, monotonicMs = nowMs) =>
      watch.check(nowMs, monotonicMs).map(({ kind, instrument: of }) => `${kind} ${of?.symbol}`),
  };
}

test('candles that follow each other are taken', () => {
  const { judge } = watching();
  for (let at = 0; at < 5; at++) expect(judge(aCandle({ at }))).toEqual(['take']);
});

test('the first candle behind a hole is to be treated with care, the next is not; the hole is told', () => {
  const watch = createMarketWatch([instrument], startMs);
  watch.judge(aCandle(), startMs + minute);
  const { verdict, troubles } = watch.judge(aCandle({ at: 4 }), startMs + 5 * minute);
  expect(verdict).toBe('careful');
  expect(troubles).toEqual([
    {
      kind: 'MARKET_GAP',
      severity: 'warning',
      instrument,
      timeMs: startMs + 4 * minute,
      fromMs: startMs + minute,
      toMs: startMs + 4 * minute,
      detail: '3 candles are missing',
    },
  ]);
  expect(watch.judge(aCandle({ at: 5 }), startMs + 6 * minute).verdict).toBe('take');
});

test.each([
  ['a high below its low', { high: 90, low: 95 }],
  ['a negative price', { low: -1 }],
  ['a price that is no number', { close: Number.NaN }],
  ['an endless price', { high: Infinity }],
  ['a negative volume', { volume: -1 }],
  ['another length', { closeTime: startMs + 90_000 }],
])('a candle with %s is left out, told once, and moves nothing', (_, change) => {
  const { judge } = watching();
  const bad = (at: number): Candle => ({ ...aCandle({ at }), ...change });
  expect(judge(bad(0), startMs + minute)).toEqual(['drop', 'BAD_CANDLE']);
  expect(judge(bad(0), startMs + minute)).toEqual(['drop']);
  expect(judge(aCandle({ symbol: other.symbol }))).toEqual(['take']);
  expect(judge(aCandle())).toEqual(['take']);
  expect(judge(bad(1), startMs + 2 * minute)).toEqual(['drop', 'BAD_CANDLE']);
});

test('a candle of a time that has not come is left out, and the real one is taken when it has', () => {
  const { judge } = watching();
  expect(judge(aCandle({ at: 9 }), startMs + minute)).toEqual(['drop', 'FUTURE_DATA']);
  expect(judge(aCandle())).toEqual(['take']);
  expect(judge(aCandle({ at: 1 }), startMs + 2 * minute - 4_000)).toEqual(['take']);
});

test('what is repeated is passed over in silence, what is late is told', () => {
  const { judge } = watching();
  for (let at = 0; at < 3; at++) judge(aCandle({ at }));
  expect(judge(aCandle({ at: 2, close: 7 }), startMs + 3 * minute)).toEqual(['drop']);
  expect(judge(aCandle({ at: 1 }), startMs + 3 * minute)).toEqual(['drop', 'LATE_DATA']);
});

test('silence is told once, for each symbol by itself, and its end', () => {
  const { judge, check } = watching();
  judge(aCandle());
  expect(check(startMs + 4 * minute)).toEqual([]);
  expect(check(startMs + 4 * minute + 1)).toEqual(['MARKET_SILENT ETH/USDT']);
  expect(check(startMs + 5 * minute + 1)).toEqual(['MARKET_SILENT BTC/USDT']);
  expect(check(startMs + 99 * minute)).toEqual([]);
  expect(judge(aCandle({ at: 1 }))).toEqual(['take', 'MARKET_BACK']);
});

test('a clock that jumps is told, one that is slow is not', () => {
  const { check } = watching();
  expect(check(startMs, 0)).toEqual([]);
  expect(check(startMs + 1_004, 1_000)).toEqual([]);
  expect(check(startMs + 3_600_000, 2_000)[0]).toBe('CLOCK_JUMP undefined');
  expect(check(startMs, 3_000)[0]).toBe('CLOCK_JUMP undefined');
  expect(check(startMs + 1_000, 4_000)).toEqual([]);
});

test('whatever comes, what is taken is possible, in order and not of the future', () => {
  const candles = fc.array(
    fc
      .record({
        at: fc.integer({ min: -3, max: 40 }),
        close: fc.constantFrom(100, 101, 0, -5, Number.NaN, Infinity),
        high: fc.constantFrom(undefined, 50, 200),
        lateMs: fc.integer({ min: -120_000, max: 120_000 }),
      })
      .map(({ at, close, high, lateMs }) => {
        const candle = { ...aCandle({ at, close: 100 }), close };
        return {
          candle: high === undefined ? candle : { ...candle, high },
          nowMs: candle.closeTime + lateMs,
        };
      }),
  );
  fc.assert(
    fc.property(candles, (all) => {
      const watch = createMarketWatch([instrument], startMs);
      const taken = all.filter(
        ({ candle, nowMs }) => watch.judge(candle, nowMs).verdict !== 'drop',
      );
      for (const [at, { candle, nowMs }] of taken.entries()) {
        expect(candle.close).toBeGreaterThan(0);
        expect(candle.high).toBeGreaterThanOrEqual(Math.max(candle.open, candle.close));
        expect(candle.closeTime).toBeLessThanOrEqual(nowMs + 30_000);
        const before = taken[at - 1]?.candle.closeTime ?? -Infinity;
        expect(candle.openTime).toBeGreaterThanOrEqual(before);
      }
    }),
  );
});
