import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { waitMs } from './rate-limit.ts';
import { chatLimits } from './bot-turns.ts';

test('the first call goes at once, the next waits for its turn', () => {
  const limits = [{ count: 1, windowMs: 1_000 }];
  expect(waitMs(limits, [], 5)).toBe(0);
  expect(waitMs(limits, [5], 5)).toBe(1_000);
  expect(waitMs(limits, [5], 1_004)).toBe(1);
  expect(waitMs(limits, [5], 1_005)).toBe(0);
});

test('the strictest limit decides', () => {
  const calls = Array.from({ length: 20 }, (_, n) => n * 1_000);
  expect(waitMs(chatLimits(-5), calls, 20_000)).toBe(40_000);
  expect(waitMs(chatLimits(5), calls, 20_000)).toBe(0);
  expect(waitMs([], calls, 20_000)).toBe(0);
});

test('groups and channels have a limit a minute beside the one a second', () => {
  expect(chatLimits(-100_123)).toHaveLength(2);
  expect(chatLimits('@channel')).toHaveLength(2);
  expect(chatLimits('-100123')).toHaveLength(2);
  expect(chatLimits('4711')).toHaveLength(1);
  expect(chatLimits(4_711)).toHaveLength(1);
});

test('whoever waits as told never breaks a limit', () => {
  const limit = fc.record({ count: fc.integer({ min: 1, max: 5 }), windowMs: fc.nat(500) });
  fc.assert(
    fc.property(fc.array(limit, { maxLength: 3 }), fc.array(fc.nat(300)), (limits, pauses) => {
      const calls: number[] = [];
      let now = 0;
      for (const pause of pauses) {
        now += pause;
        now += waitMs(limits, calls, now);
        calls.push(now);
      }
      const broken = limits.filter(({ count, windowMs }) =>
        calls.some((call, index) => call - (calls[index - count] ?? -Infinity) < windowMs),
      );
      expect(broken).toEqual([]);
    }),
  );
});
