import {
  countSkips,
  equityNow,
  inputsPruned,
  readPortfolios,
  readPositions,
  readTrades,
  summariseRun,
  writtenEquity,
  type PortfolioRow,
} from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { checkCsv, CsvFlag } from '../options/csv-flag.ts';
import { csvOf } from '../output/csv.ts';
import { count, minute } from '../output/format.ts';
import { runText } from '../output/run-text.ts';
import { formatFacts } from '../output/table.ts';
import { loggedHistory } from '../record/logged-history.ts';
import { findPortfolio, openLog, type Database } from '../options/trade-log-options.ts';

const PerformanceOptions = z.object({
  portfolio: z.string().optional(),
  csv: CsvFlag,
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'expected a whole number above 0, of nine digits at most')
    .transform(Number)
    .optional(),
});

/** What a portfolio, or each of all, has come to. */
export async function performance(invocation: Invocation): Promise<ExitCode> {
  const { portfolio: wanted, csv, limit } = readOptions(invocation, PerformanceOptions);
  checkCsv(csv, invocation);
  using log = openLog(invocation);
  const { database } = log;
  const rows = wanted === 'all' ? readPortfolios(database, { limit }) : latest(database, wanted);
  const results = rows.map((row) => performanceOf(database, row));
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ portfolios: results }));
  else if (csv) terminal.data(csvOf(results.map(flat), csvColumns()));
  else if (results.length === 0) terminal.note('There are no portfolios here.');
  else terminal.data(results.map(textOf).join('\n\n'));
  return exitCodes.ok;
}

/** The figures beside the names. */
function flat({ portfolio, mode, tape, currency, metrics }: ReturnType<typeof performanceOf>) {
  return { portfolio, mode, tape, currency, ...metrics };
}

/** They are there also where there is nothing to list. */
function csvColumns(): string[] {
  const { metrics } = summariseRun({ startCash: '1', trades: [] });
  return ['portfolio', 'mode', 'tape', 'currency', ...Object.keys(metrics)];
}

function latest(database: Database, wanted: string | undefined): PortfolioRow[] {
  const row = findPortfolio(database, wanted, '--portfolio');
  return row ? [row] : [];
}

function performanceOf(database: Database, row: PortfolioRow) {
  const { portfolio, mode, tape, currency, settings, openedTime, end } = row;
  const { excursions, equity, lastEquity, buyAndHoldRatio, costs } = loggedHistory(database, row);
  const prunedBefore = inputsPruned(database, portfolio)?.before;
  // What prices are left tell nothing of the time before them; the journal is whole.
  const isPriced = prunedBefore === undefined && equity.valuations > 0;
  const openPositions = readPositions(database, { portfolio });
  const trades = readTrades(database, { portfolio });
  return {
    portfolio,
    mode,
    tape,
    currency,
    openedTime,
    endedTime: end?.time ?? null,
    settings,
    openPositions,
    skipped: countSkips(database, { portfolio }),
    prunedBefore: prunedBefore ?? null,
    ...summariseRun({
      startCash: settings.cash,
      trades: trades.map((trade, at) => ({ ...trade, ...(isPriced && excursions[at]) })),
      finalEquity: end?.equity ?? lastEquity ?? equityNow(database, row, openPositions).equity,
      openSince: openPositions.map(({ time }) => time),
      costs,
      buyAndHoldRatio: isPriced ? buyAndHoldRatio : null,
      equity: isPriced ? equity : writtenEquity(database, row),
    }),
  };
}

function textOf(run: ReturnType<typeof performanceOf>): string {
  const { portfolio, currency, openPositions, skipped, prunedBefore } = run;
  const reasons = Object.entries(skipped).map(([code, times]) => `${code} ${count(times)}`);
  const lines = [
    ['Still open', openPositions.map(({ symbol }) => symbol).join(', ') || 'nothing'],
    ['Skipped', reasons.join(', ') || 'nothing'],
    ...(prunedBefore === null
      ? []
      : [
          [
            'Pruned',
            `prices stored before ${minute(prunedBefore)}: equity is what the workers noted`,
          ],
        ]),
  ];
  return `${portfolio} (${currency})\n${runText(run)}\n\n${formatFacts(lines)}`;
}
