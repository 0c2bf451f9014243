import {
  countSkips,
  readPortfolios,
  readPositions,
  readTrades,
  summarisePerformance,
  type PortfolioRow,
} from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { count } from '../output/format.ts';
import { metricLines } from '../output/metrics.ts';
import { formatFacts } from '../output/table.ts';
import { findPortfolio, openLog, type Database } from '../trade-log-options.ts';

const PerformanceOptions = z.object({ portfolio: z.string().optional() });

/** What a portfolio, or each of all, has come to. */
export async function performance(invocation: Invocation): Promise<ExitCode> {
  const { portfolio: wanted } = readOptions(invocation, PerformanceOptions);
  using log = openLog(invocation);
  const { database } = log;
  const rows = wanted === 'all' ? readPortfolios(database) : latest(database, wanted);
  const results = rows.map((row) => performanceOf(database, row));
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ portfolios: results }));
  else if (results.length === 0) terminal.note('There are no portfolios here.');
  else terminal.data(results.map(textOf).join('\n\n'));
  return exitCodes.ok;
}

function latest(database: Database, wanted: string | undefined): PortfolioRow[] {
  const row = findPortfolio(database, wanted, '--portfolio');
  return row ? [row] : [];
}

function performanceOf(database: Database, row: PortfolioRow) {
  const { portfolio, mode, tape, currency, settings, openedTime, end } = row;
  return {
    portfolio,
    mode,
    tape,
    currency,
    openedTime,
    endedTime: end?.time ?? null,
    settings,
    openPositions: readPositions(database, { portfolio }),
    skipped: countSkips(database, { portfolio }),
    metrics: summarisePerformance({
      startCash: settings.cash,
      trades: readTrades(database, { portfolio }),
      finalEquity: end?.equity,
    }),
  };
}

function textOf({
  portfolio,
  currency,
  openPositions,
  skipped,
  metrics,
}: ReturnType<typeof performanceOf>): string {
  const reasons = Object.entries(skipped).map(([code, times]) => `${code} ${count(times)}`);
  const lines = [
    ...metricLines(metrics),
    ['Still open', openPositions.map(({ symbol }) => symbol).join(', ') || 'nothing'],
    ['Skipped', reasons.join(', ') || 'nothing'],
  ];
  return `${portfolio} (${currency})\n${formatFacts(lines)}`;
}
