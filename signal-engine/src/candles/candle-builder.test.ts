import { Timeframe } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCandleBuilder, type Part } from './candle-builder.ts';
import { openTimeAt } from './span.ts';

const { venue, symbol, timeframe } = aCandle();
const instrument = { venue, symbol, timeframe };
const start = Date.UTC(2026, 0, 5);

function trade(atMs: number, price: number, volume = 1): Part {
  return { timeMs: start + atMs, open: price, high: price, low: price, close: price, volume };
}

const trades = fc.uniqueArray(fc.nat(600_000), { maxLength: 60 }).chain((times) =>
  fc.tuple(
    ...times.map((time) =>
      fc
        .record({
          price: fc.integer({ min: 1, max: 10_000 }),
          cents: fc.integer({ min: 1, max: 1e9 }),
        })
        .map(({ price, cents }) => trade(time, price / 100, cents / 100)),
    ),
  ),
);

test('a candle is what happened from its open up to its close', () => {
  const builder = createCandleBuilder(instrument);
  for (const part of [
    trade(0, 10),
    trade(59_999, 12, 0.1),
    trade(30_000, 9, 0.2),
    trade(60_000, 11),
  ])
    expect(builder.add(part)).toBe(true);
  expect(builder.advance(start + 59_999)).toEqual([]);
  expect(builder.advance(start + 60_000)).toEqual([
    { ...aCandle(), open: 10, high: 12, low: 9, close: 12, volume: 1.3 },
  ]);
});

test('what comes after its candle is refused, and changes nothing', () => {
  const builder = createCandleBuilder(instrument);
  builder.add(trade(0, 10));
  builder.add(trade(60_000, 11));
  expect(builder.advance(start + 60_000)).toHaveLength(1);
  expect(builder.add(trade(59_999, 99))).toBe(false);
  expect(builder.add(trade(60_001, 12))).toBe(true);
  expect(builder.advance(start + 120_000)).toMatchObject([{ open: 11, close: 12, high: 12 }]);
});

test('of trades of one moment the first is the open and the last the close', () => {
  const builder = createCandleBuilder(instrument);
  for (const price of [10, 14, 8, 11]) builder.add(trade(5, price));
  expect(builder.advance(Infinity)).toMatchObject([{ open: 10, high: 14, low: 8, close: 11 }]);
});

test('each candle is computed from the trades of its span, whatever order they come in', () => {
  fc.assert(
    fc.property(
      trades.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
      ),
      ([inOrder, shuffled]) => {
        const builder = createCandleBuilder(instrument);
        for (const part of shuffled) builder.add(part);
        const expected = [
          ...Map.groupBy(
            inOrder.toSorted((a, b) => a.timeMs - b.timeMs),
            ({ timeMs }) => openTimeAt(timeMs, timeframe),
          ),
        ].map(([openTime, parts]) => {
          const prices = parts.map(({ open }) => open);
          const cents = parts.reduce((sum, { volume }) => sum + Math.round(volume * 100), 0);
          return {
            ...instrument,
            openTime,
            closeTime: openTime + 60_000,
            open: prices[0],
            high: Math.max(...prices),
            low: Math.min(...prices),
            close: prices.at(-1),
            volume: cents / 100,
          };
        });
        expect(builder.advance(Infinity)).toEqual(expected);
      },
    ),
  );
});

test('with a time of grace, trades that come late by less make the same candles as in order', () => {
  const graceMs = 5_000;
  const delayed = trades.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.array(fc.nat(graceMs - 1), { minLength: all.length, maxLength: all.length }),
    ),
  );
  fc.assert(
    fc.property(delayed, ([all, delays]) => {
      const arriving = all
        .map((part, index) => ({ part, atMs: part.timeMs + (delays[index] ?? 0) }))
        .toSorted((a, b) => a.atMs - b.atMs);
      const builder = createCandleBuilder(instrument);
      const built = arriving.flatMap(({ part }) => {
        const closed = builder.advance(part.timeMs - graceMs);
        expect(builder.add(part)).toBe(true);
        return closed;
      });
      const whole = createCandleBuilder(instrument);
      for (const part of all) whole.add(part);
      expect([...built, ...builder.advance(Infinity)]).toEqual(whole.advance(Infinity));
    }),
  );
});

test.each([
  ['1h', '2026-01-05T13:59:59.999Z', '2026-01-05T13:00:00.000Z'],
  ['4h', '2026-01-05T13:59:59.999Z', '2026-01-05T12:00:00.000Z'],
  ['1d', '2026-01-05T13:59:59.999Z', '2026-01-05T00:00:00.000Z'],
  ['1w', '2026-01-08T00:00:00.000Z', '2026-01-05T00:00:00.000Z'],
  ['1m', '1969-12-31T23:59:30.000Z', '1969-12-31T23:59:00.000Z'],
])('the candle of %s that %s belongs to opens at %s', (span, time, open) => {
  const openTime = openTimeAt(Date.parse(time), Timeframe.parse(span));
  expect(new Date(openTime).toISOString()).toBe(open);
});
