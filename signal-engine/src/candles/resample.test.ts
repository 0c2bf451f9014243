import { SymbolName, Timeframe, type Candle } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '../feeds/feed.ts';
import { createResampler, whyNotResampled } from './resample.ts';

const fiveMinutes = Timeframe.parse('5m');

function instantsOf(candles: readonly Candle[]): Instant[] {
  const byTime = Map.groupBy(candles, ({ closeTime }) => closeTime);
  return [...byTime]
    .toSorted(([a], [b]) => a - b)
    .map(([time, together]) => ({ time, candles: together }));
}

function resample(candles: readonly Candle[], timeframe = fiveMinutes): Instant[] {
  return instantsOf(candles).flatMap(createResampler(timeframe));
}

test('five candles of a minute are one of five, there as soon as the fifth is', () => {
  const resampler = createResampler(fiveMinutes);
  const given = [3, 7, 1, 4, 5].flatMap((close, at) => {
    const [instant] = instantsOf([aCandle({ at, open: 2, close, volume: 0.1 })]);
    return instant ? resampler(instant).map((made) => ({ at, made })) : [];
  });
  expect(given).toEqual([
    {
      at: 4,
      made: {
        time: aCandle({ at: 4 }).closeTime,
        candles: [
          {
            ...aCandle({ timeframe: fiveMinutes }),
            open: 2,
            high: 7,
            low: 1,
            close: 5,
            volume: 0.5,
          },
        ],
      },
    },
  ]);
});

test('a candle whose beginning or end the data does not hold is not made', () => {
  const candles = Array.from({ length: 12 }, (_, at) => aCandle({ at: at + 2 }));
  expect(resample(candles).map(({ time }) => time)).toEqual([aCandle({ at: 9 }).closeTime]);
});

test('what the market leaves out is left out, and holds up no other symbol', () => {
  const other = SymbolName.parse('ETH/USDT');
  const candles = [
    ...[0, 1, 14].map((at) => aCandle({ at, close: at + 1 })),
    ...Array.from({ length: 15 }, (_, at) => aCandle({ at, symbol: other })),
  ];
  expect(
    resample(candles).map(({ time, candles: made }) => [
      (time - aCandle().openTime) / 60_000,
      made.map(({ symbol, close }) => `${symbol} ${close}`),
    ]),
  ).toEqual([
    [5, ['BTC/USDT 2', 'ETH/USDT 100']],
    [10, ['ETH/USDT 100']],
    [15, ['BTC/USDT 15', 'ETH/USDT 100']],
  ]);
});

test('by way of another length or at once comes to the same, times rising', () => {
  const minutes = fc.uniqueArray(fc.nat(400), { maxLength: 150 }).chain((ats) =>
    fc.tuple(
      ...ats
        .toSorted((a, b) => a - b)
        .map((at) =>
          fc
            .record({
              symbol: fc.constantFrom('BTC/USDT', 'ETH/USDT').map((name) => SymbolName.parse(name)),
              prices: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 4, maxLength: 4 }),
              volume: fc.integer({ min: 0, max: 1e9 }).map((cents) => cents / 100),
            })
            .map(({ symbol, prices, volume }) => {
              const [open = 1, close = 1] = prices;
              const [high, low] = [Math.max(...prices), Math.min(...prices)];
              return aCandle({ at, symbol, open, close, high, low, volume });
            }),
        ),
    ),
  );
  // Whole hours before and behind, so that both ways begin and end with the same candle.
  const around = ['BTC/USDT', 'ETH/USDT'].flatMap((name) =>
    Array.from({ length: 120 }, (_, index) =>
      aCandle({ at: index < 60 ? index - 60 : index + 360, symbol: SymbolName.parse(name) }),
    ),
  );
  fc.assert(
    fc.property(minutes, (candles) => {
      const hour = Timeframe.parse('1h');
      const begun = [...around, ...candles];
      const direct = resample(begun, hour);
      const fives = resample(begun).flatMap(({ candles: made }) => made);
      expect(resample(fives, hour)).toEqual(direct);
      const times = direct.map(({ time }) => time);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    }),
  );
});

test.each([
  ['1m', '5m', undefined],
  ['1m', '1m', undefined],
  ['5m', '1m', 'candles of 5m make none of 1m: a part is not known from the whole'],
  ['4h', '6h', '6h is no multiple of 4h'],
])('from %s to %s: %s', (from, to, why) => {
  expect(whyNotResampled(Timeframe.parse(from), Timeframe.parse(to))).toBe(why);
});
