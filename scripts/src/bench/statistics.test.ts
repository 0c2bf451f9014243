import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, percentile, ratios, slope, spreadOf } from './statistics.ts';

test('the median is the middle value, or the mean of the two', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test('a percentile lies between its neighbours', () => {
  const hundred = Array.from({ length: 101 }, (_, index) => 100 - index);
  expect(percentile(hundred, 99)).toBe(99);
  expect(percentile([10, 20], 75)).toBe(17.5);
  expect(percentile([10, 20], 0)).toBe(10);
  expect(percentile([10, 20], 100)).toBe(20);
  expect(() => percentile([], 50)).toThrow('nothing');
});

test('percentiles rise with the percent, stay within the values and leave them as they were', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });
  const percent = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(values, percent, percent, (list, one, other) => {
      const before = [...list];
      const low = percentile(list, Math.min(one, other));
      const high = percentile(list, Math.max(one, other));
      const { min, max } = spreadOf(list);
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(min);
      expect(high).toBeLessThanOrEqual(max);
      expect(list).toEqual(before);
    }),
  );
});

test('the spread tells the middle and the ends', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});

test('a ratio is that of one round to its own floor', () => {
  expect(ratios([10, 90], [5, 30])).toEqual([2, 3]);
  expect(() => ratios([1], [])).toThrow('1 values cannot be held against 0');
  expect(() => ratios([1, 1], [1, 0])).toThrow('the floor of round 2 is 0');
});

test('the slope is that of the line, whatever a few points do', () => {
  const line = Array.from({ length: 20 }, (_, x) => [x, 3 * x + 7] as const);
  expect(slope(line)).toBeCloseTo(3);
  expect(slope([...line, [20, 1e6]])).toBeCloseTo(3);
  expect(slope([[1, 1]])).toBe(0);
});
