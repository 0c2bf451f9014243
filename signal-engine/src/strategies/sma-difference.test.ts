import { Big, exactly } from '@heliograph/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSmaDifference } from './sma-difference.ts';

function sum(values: readonly number[]): Big {
  return values.reduce((total, value) => total.plus(exactly(value)), new Big('0'));
}

/** By the book, in exact decimals. */
function signsByTheBook(
  values: readonly number[],
  fast: number,
  slow: number,
): (number | undefined)[] {
  return values.map((_, index) => {
    if (index + 1 < slow) return undefined;
    const last = (length: number): Big => sum(values.slice(index + 1 - length, index + 1));
    return last(fast)
      .times(String(slow))
      .cmp(last(slow).times(String(fast)));
  });
}

function signs(values: readonly number[], fast: number, slow: number): (number | undefined)[] {
  const difference = createSmaDifference(fast, slow);
  return values.map((value) => difference.push(value));
}

const lengths = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 8 }))
  .map(([fast, more]) => ({ fast, slow: fast + more }));

/** Few values close together, so that many averages are equal, with decimals that doubles cannot hold. */
const tied = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 9 }))
  .chain(([base, decimals]) =>
    fc.array(
      fc.integer({ min: 0, max: 2 }).map((ticks) => Number(`${base + ticks}e-${decimals}`)),
      { maxLength: 60 },
    ),
  );

const mixed = fc.array(
  fc.oneof(
    fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
    fc.double({ min: Number.MIN_VALUE, max: 1e300, noNaN: true }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 999 }).map((ticks) => ticks / 100),
  ),
  { maxLength: 40 },
);

test.each([
  ['many ties', tied],
  ['any decimals and magnitudes', mixed],
])('has the sign that exact decimals have, with %s', (_, values) => {
  fc.assert(
    fc.property(values, lengths, (closes, { fast, slow }) => {
      expect(signs(closes, fast, slow)).toEqual(signsByTheBook(closes, fast, slow));
    }),
    { numRuns: 300 },
  );
});

test('sees the ties that float sums miss', () => {
  const closes = [0.1, 0.2, 0.3, 0.2];
  expect((0.3 + 0.2) / 2 - (0.1 + 0.2 + 0.3 + 0.2) / 4).not.toBe(0);
  expect(signs([0.2, 0.1, 0.3, 0.2, 0.2, 0.2], 2, 4).slice(3)).toEqual([1, 0, -1]);
  expect(signs([...closes, ...closes], 1, 4).slice(3)).toEqual([0, -1, 0, 1, 0]);
});

test('goes on exactly when a value has more decimals than all before, or too many digits for a double', () => {
  const closes = [1, 2, 3, 2.5, 2.25, 1.125, 0.1234567890123456, 123456789012.34, 3, 2, 1, 1, 1];
  expect(signs(closes, 2, 3)).toEqual(signsByTheBook(closes, 2, 3));
});

test('shows both averages', () => {
  const difference = createSmaDifference(2, 3);
  for (const value of [0.3, 0.1, 0.2]) difference.push(value);
  expect(difference.averages()).toEqual({ fast: 0.15, slow: 0.2 });
});
