import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldsOf } from './windows.ts';

const span = { from: 0, to: 1_000 };

test('all of it is chosen on, or the last part is kept back', () => {
  expect(foldsOf(span, { candleMs: 1 })).toEqual([{ inSample: span, outOfSample: undefined }]);
  expect(foldsOf(span, { keptBack: 0.3, candleMs: 1 })).toEqual([
    { inSample: { from: 0, to: 700 }, outOfSample: { from: 700, to: 1_000 } },
  ]);
});

test('walking forward, each part is tried on after a choice that has not seen it, and none twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1_000, max: 10_000_000 }),
      (walkForward, to) => {
        const folds = foldsOf({ from: 0, to }, { walkForward, candleMs: 1 });
        expect(folds.length).toBe(walkForward);
        let before = folds[0]?.inSample.to;
        for (const { inSample, outOfSample } of folds) {
          expect(outOfSample?.from).toBe(inSample.to);
          expect(outOfSample?.from).toBe(before);
          expect(inSample.from).toBeGreaterThanOrEqual(0);
          before = outOfSample?.to;
        }
        expect(before).toBe(to);
      },
    ),
  );
});

test('candles that are too few are refused', () => {
  expect(() => foldsOf({ from: 0, to: 5 }, { walkForward: 9, candleMs: 1 })).toThrow(/too few/);
  const day = { from: 0, to: 86_400_000 };
  expect(foldsOf(day, { walkForward: 21, candleMs: 3_600_000 })).toHaveLength(21);
  expect(() => foldsOf(day, { walkForward: 22, candleMs: 3_600_000 })).toThrow(/too few/);
});
