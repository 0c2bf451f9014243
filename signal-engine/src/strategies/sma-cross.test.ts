import { expect, test } from 'vitest';
import { candlesOf } from '../testing/feed-of.ts';
import { smaCross } from './sma-cross.ts';

/** The intents of fast 1, slow 2, whose sign is that of each change; a dot for none. */
function intents(closes: readonly number[]): string {
  const strategy = smaCross.configure({ fast: 1, slow: 2 }).create();
  return candlesOf(closes)
    .map((candle) => strategy.onCandle(candle)?.intent ?? '.')
    .join(' ');
}

test('enters long on an up-cross and exits on a down-cross', () => {
  expect(intents([5, 4, 5, 6, 5, 4, 5])).toBe('. . enter . exit . enter');
});

test('gives no signal on the first comparison, whichever its sign', () => {
  expect(intents([5, 6])).toBe('. .');
  expect(intents([6, 5])).toBe('. .');
  expect(intents([5, 6, 5])).toBe('. . exit');
});

test('carries the sign over ties', () => {
  expect(intents([5, 4, 4, 4, 5])).toBe('. . . . enter');
  expect(intents([5, 6, 6, 7])).toBe('. . . .');
  expect(intents([5, 6, 6, 6, 5])).toBe('. . . . exit');
});

test('takes the first sign after ties for the first comparison', () => {
  expect(intents([5, 5, 5, 6, 5])).toBe('. . . . exit');
});

test('says why, with the averages that it saw', () => {
  const strategy = smaCross.configure({ fast: 1, slow: 2 }).create();
  const [, , enter, exit] = candlesOf([5, 4, 5, 4.5]).map((candle) => strategy.onCandle(candle));
  expect(enter).toEqual({
    intent: 'enter',
    side: 'buy',
    targetPosition: 'long',
    reasons: ['SMA 1 crossed above SMA 2'],
    indicators: { smaFast: 5, smaSlow: 4.5 },
  });
  expect(exit).toMatchObject({
    intent: 'exit',
    side: 'sell',
    targetPosition: 'flat',
    reasons: ['SMA 1 crossed below SMA 2'],
  });
});

test('compares 10 with 30 closes unless told otherwise', () => {
  expect(smaCross.configure({}).params).toEqual({ fast: 10, slow: 30 });
});
