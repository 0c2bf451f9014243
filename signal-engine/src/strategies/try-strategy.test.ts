import { expect, test } from 'vitest';
import { candlesOf, tryStrategy } from './try-strategy.ts';
import { smaCross } from './sma-cross.ts';

test('says what a strategy wants at each candle', () => {
  const wanted = tryStrategy(smaCross.configure({ fast: 1, slow: 2 }), candlesOf([5, 4, 5, 6, 5]));
  expect(wanted.map((intent) => intent?.intent)).toEqual([
    undefined,
    undefined,
    'enter',
    undefined,
    'exit',
  ]);
});

test('candles follow each other, as they are asked for', () => {
  expect(candlesOf([3, 2], { symbol: 'ETH/USD', timeframe: '1h', startMs: 0 })).toMatchObject([
    { symbol: 'ETH/USD', timeframe: '1h', openTime: 0, closeTime: 3_600_000, open: 3, close: 3 },
    { openTime: 3_600_000, closeTime: 7_200_000, open: 3, high: 3, low: 2, close: 2 },
  ]);
  expect(() => tryStrategy(smaCross.configure({}), [])).toThrow('no candles');
});
