import { expect, test } from 'vitest';
import { duration, moment } from './times.ts';

test('moments show seconds only where there are any', () => {
  expect(moment('2014-01-05T12:30:00.000Z')).toBe('2014-01-05 12:30 UTC');
  expect(moment('2014-01-05T12:30:59.999Z')).toBe('2014-01-05 12:30:59 UTC');
  expect(moment('2014-01-05T12:30Z')).toBe('2014-01-05 12:30 UTC');
});

test('durations are told by their two largest units', () => {
  expect(duration(0)).toBe('0s');
  expect(duration(250)).toBe('250ms');
  expect(duration(45_999)).toBe('45s');
  expect(duration(8_040_000)).toBe('2h 14m');
  expect(duration(3 * 86_400_000 + 59_000)).toBe('3d');
  expect(duration(400 * 86_400_000 + 3_600_000)).toBe('400d 1h');
});
