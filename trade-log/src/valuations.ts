import type { Database } from 'better-sqlite3';
import { readEquity } from './account-queries.ts';
import type { PortfolioRow } from './rows.ts';
import { equityHistory, type EquityHistory } from './statistics/equity-history.ts';

/**
 * The equity of a portfolio as its workers wrote it down, about once an hour; undefined where they did not, or more than
 * `atMost` times.
 */
export function writtenEquity(
  database: Database,
  { portfolio, openedTime, settings, end }: PortfolioRow,
  atMost = 2 ** 31,
): EquityHistory | undefined {
  const valued = readEquity(database, { portfolio, limit: atMost + 1 });
  if (valued.length === 0 || valued.length > atMost) return undefined;
  return equityHistory(settings.cash, [
    { time: openedTime, equity: settings.cash },
    ...valued,
    ...(end ? [end] : []),
  ]);
}
