import { periodReturns, type PeriodReturns } from './day-returns.ts';
import { dayMs, type EquityHistory } from './equity-history.ts';

/** Figures of a year's measure. `null`: not enough data, or nothing to divide by. */
export interface RiskFigures {
  /** (finalEquity / startCash)^(1 / years) - 1, years of 365.25 days from the first to the last valuation. [bt] "CAGR" */
  readonly annualReturnRatio: number | null;
  /** The deviation of the returns from day to day, times sqrt(days a year). [sharpe] */
  readonly annualVolatilityRatio: number | null;
  /** Their mean over their deviation, times sqrt(days a year); risk-free rate 0. [sharpe] */
  readonly sharpe: number | null;
  /** Their mean over their downside deviation below 0, times sqrt(days a year). [sortino] */
  readonly sortino: number | null;
  /** annualReturnRatio / maxDrawdownRatio. [young] */
  readonly calmar: number | null;
  /** What the ratios are made of; `null` under two returns. */
  readonly returns: PeriodReturns | null;
}

/** A return of a shorter time says nothing about a year. */
const leastSpanMs = 28 * dayMs;
const daysPerYear = 365.25;
/** Fewer returns have no deviation to speak of. */
const leastReturns = 20;
/** A deviation that is smaller than this part of the mean is what floating point left over. */
const tolerance = 1e-9;

/**
 * Sources: [bt] backtesting.py 0.6, `_stats.py`; [sharpe] W. Sharpe, The Sharpe Ratio, Journal of Portfolio Management
 * 21 (1994), with arithmetic means; [sortino] F. Sortino and L. Price, Performance Measurement in a Downside Risk
 * Framework, Journal of Investing 3 (1994); [young] T. Young, Calmar Ratio: A Smoother Tool, Futures 20 (1991), over the
 * whole run.
 */
export function riskFigures(
  history: EquityHistory,
  { startCash, finalEquity }: { startCash: number; finalEquity: number },
): RiskFigures {
  const { firstTime, lastTime, days, drawdowns } = history;
  const spanMs = (lastTime ?? 0) - (firstTime ?? 0);
  const annualReturnRatio =
    spanMs >= leastSpanMs && startCash > 0 && finalEquity > 0
      ? (finalEquity / startCash) ** ((daysPerYear * dayMs) / spanMs) - 1
      : null;
  const returns = periodReturns(days);
  const enough = returns !== null && returns.count >= leastReturns ? returns : undefined;
  const annual = enough && Math.sqrt(enough.perYear);
  return {
    annualReturnRatio: finite(annualReturnRatio),
    annualVolatilityRatio: finite(enough && annual && enough.deviation * annual),
    sharpe: finite(
      enough && annual && (enough.mean / noticeable(enough.deviation, enough.mean)) * annual,
    ),
    sortino: finite(enough && annual && (enough.mean / enough.downsideDeviation) * annual),
    calmar: finite(
      annualReturnRatio === null ? null : annualReturnRatio / drawdowns.maxDrawdownRatio,
    ),
    returns,
  };
}

function noticeable(deviation: number, mean: number): number {
  return deviation > Math.abs(mean) * tolerance ? deviation : 0;
}

/** What was divided by nothing is no figure. */
function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}
