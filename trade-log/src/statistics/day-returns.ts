import { dayMs, type DayEnd } from './equity-history.ts';

/**
 * How equity changed from one day, week or month with a valuation to the next. The first, which began with the run and so is none
 * that is whole, has no return. [bt]
 */
export interface PeriodReturns {
  readonly count: number;
  /** How many such periods a year has: 365, 252, 52 or 12. */
  readonly perYear: number;
  readonly mean: number;
  /** What it would have to be each time to come to the same: the nth root of the product, less 1. */
  readonly geometricMean: number;
  /** Of the sample (n - 1). */
  readonly deviation: number;
  /** sqrt of the mean of min(return, 0)^2, over all returns: the target is 0. [sortino] */
  readonly downsideDeviation: number;
}

/** `null` when there are fewer than two returns, or nothing was left to have a return. */
export function periodReturns(days: readonly DayEnd[]): PeriodReturns | null {
  if (days.some(({ equity }) => equity <= 0)) return null;
  const returns = days.slice(1).map(({ equity }, at) => equity / (days[at]?.equity ?? NaN) - 1);
  const count = returns.length;
  if (count < 2) return null;
  const mean = addUp(returns) / count;
  const squares = addUp(returns.map((value) => (value - mean) ** 2));
  const first = days[0]?.equity ?? NaN;
  const last = days.at(-1)?.equity ?? NaN;
  return {
    count,
    perYear: periodsPerYear(days.map(({ day }) => day)),
    mean,
    geometricMean: (last / first) ** (1 / count) - 1,
    deviation: Math.sqrt(squares / (count - 1)),
    downsideDeviation: Math.sqrt(addUp(returns.map((value) => Math.min(value, 0) ** 2)) / count),
  };
}

const weekendShare = (2 / 7) * 0.6;

/**
 * Weekly and monthly candles by the usual distance of their days; daily figures by whether weekends are traded.
 * Source: backtesting.py 0.6, `compute_stats` (`annual_trading_days`).
 */
function periodsPerYear(days: readonly number[]): number {
  const gaps = days.slice(1).map((day, at) => (day - (days[at] ?? day)) / dayMs);
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 1;
  if (usual >= 25) return 12;
  if (usual >= 6) return 52;
  const weekends = days.filter((day) => [0, 6].includes(new Date(day).getUTCDay())).length;
  return weekends / days.length > weekendShare ? 365 : 252;
}

function addUp(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
