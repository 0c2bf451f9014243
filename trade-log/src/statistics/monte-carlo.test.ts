import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawTradesAgain } from './monte-carlo.ts';

const options = { startCash: 1_000, runs: 2_000, seed: 1, stakeFollowsEquity: false };
const mixed = Array.from({ length: 40 }, (_, at) => (at % 4 === 0 ? 30 : -8));

test('the same seed draws the same, another one something else', () => {
  const one = drawTradesAgain(mixed, options);
  expect(drawTradesAgain(mixed, options)).toEqual(one);
  expect(drawTradesAgain(mixed, { ...options, seed: 2 })?.netPnl).not.toEqual(one?.netPnl);
});

test('the middle run comes to about what the trades came to, and the others lie around it', () => {
  const sum = mixed.reduce((total, pnl) => total + pnl, 0);
  const drawn = drawTradesAgain(mixed, options);
  if (!drawn) throw new Error('nothing was drawn');
  const { p5, p25, p50, p75, p95 } = drawn.netPnl;
  expect([p5, p25, p50, p75, p95].toSorted((a, b) => a - b)).toEqual([p5, p25, p50, p75, p95]);
  // The standard deviation of the sum is sqrt(40) times 16.5, that of a median over 2,000 runs about 3.
  expect(Math.abs(p50 - sum)).toBeLessThan(25);
  expect(p95 - p5, 'within about 2 * 1.645 standard deviations').toBeCloseTo(2 * 1.645 * 104, -2);
});

test('trades that all win never lose and never fall', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), { minLength: 10, maxLength: 30 }),
      fc.integer(),
      (pnls, seed) => {
        const drawn = drawTradesAgain(pnls, {
          startCash: 1_000,
          runs: 50,
          seed,
          stakeFollowsEquity: seed % 2 === 0,
        });
        expect(drawn).toMatchObject({ lossRatio: 0, maxDrawdownRatio: { p5: 0, p95: 0 } });
      },
    ),
  );
});

test('too few trades tell nothing', () => {
  expect(drawTradesAgain(mixed.slice(0, 9), options)).toBe(undefined);
  expect(drawTradesAgain(mixed.slice(0, 10), options)?.trades).toBe(10);
});

test('trades of all the equity there is are multiplied: in whichever order, they lose no more than all', () => {
  // 40 losses of a tenth of what is left, the first of 100, the last of 2.
  const pnls = Array.from({ length: 40 }, (_, at) => -100 * 0.9 ** at);
  const drawn = drawTradesAgain(pnls, { ...options, stakeFollowsEquity: true });
  const left = 1_000 * 0.9 ** 40;
  for (const name of ['p5', 'p50', 'p95'] as const) {
    expect(drawn?.netPnl[name]).toBeCloseTo(left - 1_000, 6);
    expect(drawn?.maxDrawdownRatio[name]).toBeCloseTo(1 - left / 1_000, 9);
  }
  const lost = [...pnls, -1_000_000];
  expect(drawTradesAgain(lost, { ...options, stakeFollowsEquity: true })).toBe(undefined);
});
