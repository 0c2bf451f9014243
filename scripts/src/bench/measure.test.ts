import { expect, test } from 'vitest';
import { rowOf } from './measure.ts';

const figure = { measure: 'log', figure: 'rows', unit: '/s' } as const;

test('the ratio is the median of the rounds, each against its own floor', () => {
  const target = { of: 'ratio', bound: 'at least', limit: 0.7 } as const;
  expect(rowOf({ ...figure, ours: [80, 30, 600], floor: [100, 100, 1000], target })).toEqual({
    ...figure,
    ours: { median: 80, min: 30, max: 600 },
    floor: { median: 100, min: 100, max: 1000 },
    ratio: { median: 0.6, min: 0.3, max: 0.8 },
    target,
    met: false,
  });
});

test('a limit that is just reached is met, from above and from below', () => {
  expect(met('ratio', 'at most', 2)).toBe(true);
  expect(met('ratio', 'at most', 1.9)).toBe(false);
  expect(met('ratio', 'at least', 2)).toBe(true);
  expect(met('value', 'at least', 20)).toBe(true);
  expect(met('value', 'at least', 21)).toBe(false);
});

test('without a floor there is no ratio, without a target no verdict', () => {
  expect(rowOf({ ...figure, ours: [1] })).toEqual({
    ...figure,
    ours: { median: 1, min: 1, max: 1 },
  });
});

function met(of: 'ratio' | 'value', bound: 'at most' | 'at least', limit: number) {
  return rowOf({ ...figure, ours: [20], floor: [10], target: { of, bound, limit } }).met;
}
