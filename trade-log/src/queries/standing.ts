import { Big, toDecimal, toTime, TradingState, type QueryResult } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { readEquity, readIncidents, readTradingStates } from './account-queries.ts';
import { ofNewestJournal } from './filter.ts';
import { readPositions } from './queries.ts';
import { portfolioView } from './query-views.ts';
import type { PortfolioRow, PositionRow } from './rows.ts';

type Standing = QueryResult<'standing'>['portfolios'][number];

const recentMs = 86_400_000;
const mostIncidents = 10;
const openStatuses = ['intended', 'accepted', 'triggered', 'partially_filled', 'unknown'];

/** How it stands with the newest journal of a portfolio. `nowMs` is the wall clock. */
export function standingOf(database: Database, row: PortfolioRow, nowMs: number): Standing {
  const { portfolio, settings } = row;
  const positions = readPositions(database, { portfolio });
  const [changed] = readTradingStates(database, { portfolio, limit: 1 });
  const from = nowMs - recentMs;
  return {
    ...portfolioView(row),
    ...equityNow(database, row, positions),
    tradingState: changed ? TradingState.parse(changed.to) : 'ACTIVE',
    stateReason: changed?.reason ?? null,
    stateAuthor: changed?.author ?? null,
    stateTime: changed ? toTime(changed.time) : null,
    openPositions: positions.length,
    maxPositions: settings.risk.maxPositions ?? null,
    openOrders: countOpenOrders(database, portfolio),
    settings,
    incidents: readIncidents(database, { portfolio, from, limit: mostIncidents })
      .toReversed()
      .map(({ time, kind, detail }) => ({ time: toTime(time), kind, detail })),
    lastEventTime: toTime(lastStoredMs(database, portfolio) ?? row.openedTime),
  };
}

/** What it is worth, as far as its journal tells. */
export function equityNow(
  database: Database,
  { portfolio, cash, end }: PortfolioRow,
  positions: readonly PositionRow[],
): Pick<Standing, 'equity' | 'equityFrom' | 'equityTime'> {
  if (end) return { equity: end.equity, equityFrom: 'valued', equityTime: toTime(end.time) };
  if (positions.length === 0) return { equity: cash, equityFrom: 'cash', equityTime: null };
  const [valued] = readEquity(database, { portfolio, limit: 1 });
  const changedMs = Math.max(...positions.map(({ time }) => time));
  if (valued && valued.time >= changedMs)
    return { equity: valued.equity, equityFrom: 'valued', equityTime: toTime(valued.time) };
  const atCost = positions.reduce((sum, { side, quantity, averageEntryPrice }) => {
    const cost = new Big(quantity).times(averageEntryPrice);
    return side === 'long' ? sum.plus(cost) : sum.minus(cost);
  }, new Big(cash));
  return { equity: toDecimal(atCost), equityFrom: 'cost', equityTime: null };
}

function countOpenOrders(database: Database, portfolio: string): number {
  const counted = database
    .prepare<unknown[], { count: number }>(
      `SELECT count(*) AS count FROM orders
       WHERE ${ofNewestJournal()} AND status IN (SELECT value FROM json_each(?))`,
    )
    .get(portfolio, JSON.stringify(openStatuses));
  return counted?.count ?? 0;
}

function lastStoredMs(database: Database, portfolio: string): number | undefined {
  return database
    .prepare<[string], { storedTime: number }>(
      `SELECT stored_time AS storedTime FROM events WHERE portfolio = ?
       ORDER BY stream_id DESC, sequence DESC LIMIT 1`,
    )
    .get(portfolio)?.storedTime;
}

/** By the clock of its tape. */
export function lastEventMs(database: Database, portfolio: string): number | undefined {
  return database
    .prepare<[string], { time: number }>(
      `SELECT time FROM events WHERE portfolio = ? ORDER BY stream_id DESC, sequence DESC LIMIT 1`,
    )
    .get(portfolio)?.time;
}
