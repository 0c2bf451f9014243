import { describe, expect, test } from 'vitest';
import { dayMs, equityHistory } from './equity-history.ts';
import { riskFigures } from './risk-figures.ts';

/** One valuation a day, at the end of it. */
function daily(equities: readonly number[], { skipWeekends = false, everyDays = 1 } = {}) {
  const monday = Date.UTC(2024, 0, 1);
  const days = Array.from({ length: equities.length * 2 + 10 }, (_, at) => at * everyDays).filter(
    (day) => !skipWeekends || day % 7 < 5,
  );
  return equityHistory(
    String(equities[0] ?? 100),
    equities.map((equity, at) => ({
      time: monday + ((days[at] ?? 0) + 1) * dayMs,
      equity: String(equity),
    })),
  );
}

function figuresOf(equities: readonly number[], options = {}) {
  const [startCash = 0] = equities;
  return riskFigures(daily(equities, options), { startCash, finalEquity: equities.at(-1) ?? 0 });
}

/** Up 2 %, down 1 %, in turn. */
const zigzag = Array.from({ length: 101 }, (_, at) => at).reduce<number[]>(
  (all, at) => [...all, at === 0 ? 100 : (all.at(-1) ?? 0) * (at % 2 === 1 ? 1.02 : 0.99)],
  [],
);

describe('figures of risk', () => {
  test('are those of returns that can be reckoned by hand', () => {
    const { returns, ...figures } = figuresOf(zigzag);
    // 50 times 0.02 and 50 times -0.01: mean 0.005, squares 100 * 0.015^2.
    const deviation = Math.sqrt((100 * 0.015 ** 2) / 99);
    const downside = Math.sqrt(0.01 ** 2 / 2);
    expect(returns).toEqual({
      count: 100,
      perYear: 365,
      mean: expect.closeTo(0.005, 12),
      geometricMean: expect.closeTo(Math.sqrt(1.02 * 0.99) - 1, 12),
      deviation: expect.closeTo(deviation, 12),
      downsideDeviation: expect.closeTo(downside, 12),
    });
    const annualReturn = (1.02 * 0.99) ** (50 * 3.6525) - 1;
    expect(figures).toEqual({
      annualReturnRatio: expect.closeTo(annualReturn, 9),
      annualVolatilityRatio: expect.closeTo(deviation * Math.sqrt(365), 12),
      sharpe: expect.closeTo((0.005 / deviation) * Math.sqrt(365), 9),
      sortino: expect.closeTo((0.005 / downside) * Math.sqrt(365), 9),
      calmar: expect.closeTo(annualReturn / 0.01, 6),
    });
  });

  test.for([
    [{}, 365],
    [{ skipWeekends: true }, 252],
    [{ everyDays: 7 }, 52],
    [{ everyDays: 30 }, 12],
  ] as const)('count a year of %o as %d periods', ([options, perYear]) => {
    expect(figuresOf(zigzag, options).returns?.perYear).toBe(perYear);
  });

  const none = { annualReturnRatio: null, sharpe: null, sortino: null, calmar: null };
  test.for([
    ['an hour', [100, 110], { everyDays: 1 / 24 }],
    ['a day', [100, 110], {}],
    ['three weeks', zigzag.slice(0, 20), {}],
    ['a run that lost everything', [100, 50, 0], {}],
    ['no equity at all', [], {}],
  ] as const)('are none of %s', ([, equities, options]) => {
    expect(figuresOf(equities, options)).toMatchObject(none);
  });

  test('have no ratio where there is nothing to divide by', () => {
    const flat = figuresOf(Array.from({ length: 60 }, () => 100));
    expect(flat).toMatchObject({ ...none, annualReturnRatio: 0, annualVolatilityRatio: 0 });
    const rising = figuresOf(Array.from({ length: 60 }, (_, at) => 100 + at));
    expect(rising, 'no fall').toMatchObject({ sortino: null, calmar: null });
    expect(rising.sharpe).toBeGreaterThan(0);
    const steady = figuresOf(Array.from({ length: 60 }, (_, at) => 100 * 1.01 ** at));
    expect(steady, 'always the same return, but for the last digits').toMatchObject({
      sharpe: null,
    });
  });
});
