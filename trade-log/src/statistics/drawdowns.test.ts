import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDrawdownMeter } from './drawdowns.ts';

/** A value each minute, from minute 0 on. */
function drawdownsOf(startCash: string, ...values: string[]) {
  let current = startCash;
  const meter = createDrawdownMeter(new Big(startCash), () => {
    const now = current;
    return () => new Big(now);
  });
  for (const [minute, value] of values.entries()) {
    current = value;
    meter.add(minute, Number(value));
  }
  return meter.summary();
}

describe('drawdowns', () => {
  test('reach from the last moment at the highest to the first that is as high again', () => {
    const { worst, ...rest } = drawdownsOf('100', '100', '100', '90', '95', '100', '120', '108');
    expect(worst).toEqual([
      {
        peakTime: 1,
        troughTime: 2,
        recoveryTime: 4,
        durationMs: 3,
        depth: '10',
        depthRatio: 0.1,
      },
      {
        peakTime: 5,
        troughTime: 6,
        recoveryTime: null,
        durationMs: 1,
        depth: '12',
        depthRatio: 0.1,
      },
    ]);
    expect(rest).toEqual({
      count: 2,
      peakEquity: '120',
      maxDrawdown: '12',
      maxDrawdownRatio: 0.1,
      averageDrawdownRatio: 0.1,
      averageDrawdownMs: 2,
      longestDrawdownMs: 3,
    });
  });

  test('are none where equity only rises, or never moves', () => {
    for (const values of [['1', '2', '3'], ['1', '1'], []])
      expect(drawdownsOf('1', ...values)).toMatchObject({
        count: 0,
        maxDrawdown: '0',
        averageDrawdownRatio: null,
        longestDrawdownMs: null,
        worst: [],
      });
  });

  test('tell what cannot be told in floating point', () => {
    const { maxDrawdown } = drawdownsOf('0', '1000000000000000.3', '0.1');
    expect(maxDrawdown).toBe('1000000000000000.2');
    const { count } = drawdownsOf('0', '1000000000000000.31', '1000000000000000.3');
    expect(count, 'a fall of a cent').toBe(1);
  });

  test('list the ten worst of many, the deepest first', () => {
    const falls = Array.from({ length: 30 }, (_, at) => ['1000', String(999 - ((at * 7) % 30))]);
    const { worst, count } = drawdownsOf('1000', ...falls.flat(), '1000');
    expect(count).toBe(30);
    expect(worst.map(({ depth }) => Number(depth))).toEqual(
      Array.from({ length: 10 }, (_, at) => 30 - at),
    );
  });

  test('are those of a plain reckoning of all pairs', () => {
    const cents = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 40 }), (all) => {
        const values = all.map((value) => new Big(String(value)).div('100').toFixed());
        const [first = '0'] = values;
        let [deepest, ratio] = [new Big('0'), 0];
        for (const [at, value] of values.entries())
          for (const before of values.slice(0, at)) {
            const below = new Big(before).minus(value);
            if (below.gt(deepest)) deepest = below;
            ratio = Math.max(ratio, Number(below.toFixed()) / Number(before));
          }
        const found = drawdownsOf(first, ...values);
        expect(found.maxDrawdown).toBe(deepest.toFixed());
        expect(found.maxDrawdownRatio).toBeCloseTo(ratio, 12);
      }),
    );
  });
});
