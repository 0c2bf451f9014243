import type { QueryResult } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { countSkips, readPositions } from './queries.ts';
import { portfolioView } from './query-views.ts';
import type { PortfolioRow, TradeRow } from './rows.ts';
import { equityNow } from './standing.ts';
import { summariseRun } from '../statistics/statistics.ts';
import { writtenEquity } from './valuations.ts';

/** Hourly, that is more than eleven years; with more, risk is measured at the exits. */
const mostValuations = 100_000;

/** What a portfolio has come to, as it stands now. */
export function performanceOf(
  database: Database,
  row: PortfolioRow,
  trades: readonly TradeRow[],
): QueryResult<'performance'> {
  const { portfolio, settings } = row;
  const positions = readPositions(database, { portfolio });
  const { metrics } = summariseRun({
    startCash: settings.cash,
    trades,
    finalEquity: equityNow(database, row, positions).equity,
    equity: writtenEquity(database, row, mostValuations),
    openSince: positions.map(({ time }) => time),
  });
  return {
    ...portfolioView(row),
    startCash: metrics.startCash,
    finalEquity: metrics.finalEquity,
    netPnl: metrics.netPnl,
    returnRatio: metrics.returnRatio,
    realisedPnl: metrics.realisedPnl,
    fees: metrics.fees,
    trades: metrics.trades,
    wins: metrics.wins,
    losses: metrics.losses,
    winRate: metrics.winRate,
    profitFactor: metrics.profitFactor,
    expectancy: metrics.expectancy,
    expectancyRatio: metrics.expectancyRatio,
    averageWin: metrics.averageWin,
    averageLoss: metrics.averageLoss,
    largestWin: metrics.largestWin,
    largestLoss: metrics.largestLoss,
    longestWinningStreak: metrics.longestWinningStreak,
    longestLosingStreak: metrics.longestLosingStreak,
    averageTradeMs: metrics.averageTradeMs,
    sqn: metrics.sqn,
    annualReturnRatio: metrics.annualReturnRatio,
    sharpe: metrics.sharpe,
    sortino: metrics.sortino,
    calmar: metrics.calmar,
    maxDrawdown: metrics.maxDrawdown,
    maxDrawdownRatio: metrics.maxDrawdownRatio,
    drawdownOf: metrics.drawdownOf,
    openPositions: positions.length,
    skipped: countSkips(database, { portfolio }),
  };
}
