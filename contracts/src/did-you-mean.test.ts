import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test.each([
  ['sma-crss', ', did you mean sma-cross?'],
  ['SMA-CROSS', ', did you mean sma-cross?'],
  ['smacross', ', did you mean sma-cross?'],
  ['fats', ', did you mean fast?'],
  ['slwo', ', did you mean slow?'],
  ['x', ''],
  ['donchian', ''],
])('answers %s with %j', (written, answer) => {
  expect(didYouMean(written, ['sma-cross', 'fast', 'slow'])).toBe(answer);
});

test('knows nothing without names', () => {
  expect(didYouMean('fast', [])).toBe('');
});
