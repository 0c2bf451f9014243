import type { Decimal } from '@heliograph/contracts';
import {
  equityAtExits,
  summarisePerformance,
  type ClosedTrade,
  type Performance,
} from './performance.ts';
import { breakDown, type Breakdown, type BrokenDownTrade } from './breakdown.ts';
import type { Costs } from './costs.ts';
import type { Drawdown } from './drawdowns.ts';
import type { EquityHistory } from './equity-history.ts';
import { monthlyReturns, type MonthReturn } from './months.ts';
import { riskFigures, type RiskFigures } from './risk-figures.ts';
import { timeInMarket } from './time-in-market.ts';
import { tradeFigures, type FiguredTrade, type TradeFigures } from './trade-figures.ts';

type RunTrade = ClosedTrade & BrokenDownTrade & FiguredTrade;

export interface RunInput {
  /** Quote currency. */
  readonly startCash: string;
  /** Closed trades in the order of their exits. */
  readonly trades: readonly RunTrade[];
  /** Cash and what is still open. Default: start cash and the result of the closed trades. */
  readonly finalEquity?: string | undefined;
  /** Without it, equity is only seen at exits. */
  readonly equity?: EquityHistory | undefined;
  /** When each position that is still open was entered; epoch ms. */
  readonly openSince?: readonly number[];
  readonly costs?: Costs | undefined;
  /** The mean over the symbols that may be traded of last close / first close - 1. */
  readonly buyAndHoldRatio?: number | null;
}

/** The figures of a run; `null` is "not enough data". docs/statistics.md tells the formula and the source of each. */
export interface Metrics extends Performance, TradeFigures, RiskFigures {
  /** Of the first and the last valuation, epoch ms. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly peakEquity: Decimal;
  readonly buyAndHoldRatio: number | null;
  readonly drawdowns: number;
  readonly averageDrawdownRatio: number | null;
  readonly averageDrawdownMs: number | null;
  readonly longestDrawdownMs: number | null;
  readonly exposureRatio: number | null;
  readonly turnoverRatio: number | null;
  readonly boughtNotional: Decimal | null;
  readonly soldNotional: Decimal | null;
  readonly feesPaid: Decimal | null;
  readonly slippagePaid: Decimal | null;
}

export interface RunSummary {
  readonly metrics: Metrics;
  readonly worstDrawdowns: readonly Drawdown[];
  readonly monthlyReturns: readonly MonthReturn[];
  readonly breakdown: Breakdown;
}

export function summariseRun(input: RunInput): RunSummary {
  const { startCash, trades, costs, openSince = [], buyAndHoldRatio = null } = input;
  // A history without valuations tells less than the exits.
  const equity = input.equity && input.equity.valuations > 0 ? input.equity : undefined;
  const performance = summarisePerformance({ ...input, equity });
  const history = equity ?? equityAtExits(input);
  const { firstTime, lastTime, valuations, held, days, drawdowns } = history;
  const start = Number(startCash);
  return {
    metrics: {
      ...performance,
      startTime: firstTime,
      endTime: lastTime,
      peakEquity: drawdowns.peakEquity,
      buyAndHoldRatio,
      ...riskFigures(history, { startCash: start, finalEquity: Number(performance.finalEquity) }),
      drawdowns: drawdowns.count,
      averageDrawdownRatio: drawdowns.averageDrawdownRatio,
      averageDrawdownMs: drawdowns.averageDrawdownMs,
      longestDrawdownMs: drawdowns.longestDrawdownMs,
      exposureRatio:
        held === null
          ? timeInMarket(trades, { openSince, firstTime, lastTime })
          : held / valuations,
      turnoverRatio: turnover(history, costs),
      ...tradeFigures(trades),
      boughtNotional: costs?.boughtNotional ?? null,
      soldNotional: costs?.soldNotional ?? null,
      feesPaid: costs?.feesPaid ?? null,
      slippagePaid: costs?.slippagePaid ?? null,
    },
    worstDrawdowns: drawdowns.worst,
    monthlyReturns: monthlyReturns(start, days),
    breakdown: breakDown(trades),
  };
}

/**
 * The lesser of what was bought and what was sold over the average equity: US Securities and Exchange Commission, Form
 * N-1A, item 13, instruction 4(d), over the whole run.
 */
function turnover({ averageEquity }: EquityHistory, costs: Costs | undefined): number | null {
  if (!costs || averageEquity === null || averageEquity <= 0) return null;
  return Math.min(Number(costs.boughtNotional), Number(costs.soldNotional)) / averageEquity;
}
