import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBarSeries } from './bar-series.ts';

function candleAt(at: number, close: number) {
  return aCandle({ at, open: close, close, high: close + 1, low: close - 1 });
}

test('bars are the candles as long as they are few', () => {
  const series = createBarSeries(4);
  for (const [at, close] of [5, 7, 6, 9].entries()) series.add(candleAt(at, close));
  expect(series.candlesPerBar).toBe(1);
  expect(series.bars.map(({ close }) => close)).toEqual([5, 7, 6, 9]);
});

test('a candle that is not later than the last one is left out', () => {
  const series = createBarSeries(4);
  expect([1, 1, 0, 2].map((at) => series.add(candleAt(at, 5)))).toEqual([true, false, false, true]);
  expect(series.bars).toHaveLength(2);
});

test('a bar stands where the portfolio stood at its last close, and fell to its deepest', () => {
  const series = createBarSeries(2);
  for (const at of [0, 1, 2, 3]) {
    series.add(candleAt(at, 10));
    series.stand({
      timeMs: at,
      equity: 100 - at,
      drawdownRatio: at === 2 ? 0.5 : 0.1,
      buyAndHoldRatio: at,
    });
  }
  expect(series.bars).toMatchObject([
    { equity: 99, buyAndHoldRatio: 1, drawdownRatio: 0.1 },
    { equity: 97, buyAndHoldRatio: 3, drawdownRatio: 0.5 },
  ]);
});

test('however many candles there are, the bars stay few and hide no high, low or close', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 1000 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 2, max: 20 }),
      (closes, most) => {
        const series = createBarSeries(most);
        for (const [at, close] of closes.entries()) series.add(candleAt(at, close));
        const { bars, candlesPerBar } = series;
        expect(bars.length).toBeLessThanOrEqual(most);
        expect(bars).toHaveLength(Math.ceil(closes.length / candlesPerBar));
        for (const [at, bar] of bars.entries()) {
          const members = closes.slice(at * candlesPerBar, (at + 1) * candlesPerBar);
          expect(bar).toMatchObject({
            open: members[0],
            high: Math.max(...members) + 1,
            low: Math.min(...members) - 1,
            close: members.at(-1),
          });
        }
      },
    ),
  );
});
