import {
  toTime,
  type CheckedRequest,
  type Decimal,
  type QueryName,
  type QueryResult,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { readEquity } from './account-queries.ts';
import { breakDown } from './breakdown.ts';
import { readChart } from './chart.ts';
import { conditions, type Filter } from './filter.ts';
import { cut, pageOf, portfolioNamed, spanOf } from './pages.ts';
import { performanceOf } from './performance-answer.ts';
import { profitByPeriod } from './profit.ts';
import {
  readOpenPortfolios,
  readOrders,
  readPortfolios,
  readPositions,
  readSignals,
  readTrades,
} from './queries.ts';
import { orderView, portfolioView, positionView, signalView, tradeView } from './query-views.ts';
import { QueryRefused } from './query-refused.ts';
import { lastEventMs, standingOf } from './standing.ts';
import { readSignalEvents } from './signal-events.ts';

type Answers = {
  readonly [N in QueryName]: (database: Database, request: CheckedRequest<N>) => QueryResult<N>;
};

/** More trades than that take seconds, in which nothing is logged. */
const mostTrades = 50_000;

/**
 * What is answered to each question, the newest first. They run between two batches of the log, so none reads more than
 * a bounded number of rows.
 * @throws QueryRefused when there is no result
 */
export const answers: Answers = {
  portfolios: (database, { limit }) => ({
    portfolios: readPortfolios(database, { limit }).toReversed().map(portfolioView),
  }),
  positions(database, { portfolio: name, symbol, limit }) {
    const { portfolio } = portfolioNamed(database, name);
    const rows = readPositions(database, { portfolio, symbol, limit });
    return { portfolio, positions: rows.toReversed().map(positionView) };
  },
  orders(database, { status, ...request }) {
    const { portfolio, filter } = pageOf(database, request, {
      table: 'orders',
      key: 'order_id',
    });
    const rows = readOrders(database, { ...filter, statuses: status }).toReversed();
    const { page, next } = cut(rows, request.limit, ({ orderId }) => orderId);
    return { portfolio, orders: page.map(orderView), next };
  },
  order(database, { portfolio: name, orderId }) {
    const { portfolio } = portfolioNamed(database, name);
    const [row] = readOrders(database, { portfolio, orderId, limit: 1 });
    return { portfolio, order: row ? orderView(row) : null };
  },
  trades(database, request) {
    const { portfolio, filter } = pageOf(database, request, { table: 'trades', key: 'trade_id' });
    const rows = readTrades(database, filter).toReversed();
    const { page, next } = cut(rows, request.limit, ({ tradeId }) => tradeId);
    return { portfolio, trades: page.map(tradeView), next };
  },
  signals(database, request) {
    const { portfolio, filter } = pageOf(database, request, { table: 'signals', key: 'id' });
    const rows = readSignals(database, filter).toReversed();
    const { page, next } = cut(rows, request.limit, ({ id }) => id);
    return { portfolio, signals: page.map(signalView), next };
  },
  profit(database, { portfolio: name, period, from, to, limit }) {
    const { portfolio, currency } = portfolioNamed(database, name);
    const periods = profitByPeriod(
      tradesBackwards(database, { portfolio, ...spanOf({ from, to }) }),
      { period, limit },
    );
    return {
      portfolio,
      currency,
      periods: periods.map((one) => ({ ...one, from: toTime(one.from), to: toTime(one.to) })),
    };
  },
  performance(database, { portfolio: name }) {
    const row = portfolioNamed(database, name);
    const trades = readTrades(database, { portfolio: row.portfolio, limit: mostTrades + 1 });
    refuseMore(trades.length);
    return performanceOf(database, row, trades);
  },
  standing(database, { portfolio: name, limit }) {
    const rows =
      name === undefined ? readOpenPortfolios(database, limit) : [portfolioNamed(database, name)];
    const nowMs = Date.now();
    return { portfolios: rows.map((row) => standingOf(database, row, nowMs)) };
  },
  breakdown(database, { portfolio: name, by, from, to, limit }) {
    const { portfolio, currency } = portfolioNamed(database, name);
    const trades = tradesBackwards(database, { portfolio, ...spanOf({ from, to }) }, by);
    return { portfolio, currency, rows: breakDown(trades).slice(0, limit) };
  },
  chart: readChart,
  equity(database, { portfolio: name, points }) {
    const row = portfolioNamed(database, name);
    const { portfolio, currency, settings, openedTime } = row;
    const valued = readEquity(database, { portfolio, limit: points });
    const { equity } = standingOf(database, row, Date.now());
    const lastTime = toTime(lastEventMs(database, portfolio) ?? openedTime);
    const isWhole = valued.length < points;
    return {
      portfolio,
      currency,
      points: [
        ...(isWhole ? [pointOf(toTime(openedTime), settings.cash)] : []),
        ...valued.map((one) => pointOf(toTime(one.time), one.equity)),
        pointOf(lastTime, equity),
      ],
    };
  },
  story(database, { signalId, portfolio }) {
    const story = readSignalEvents(database, signalId, portfolio);
    if (story) return story;
    throw new QueryRefused('NOT_FOUND', `there is no signal ${signalId}`);
  },
};

const names = { symbol: 'symbol', strategy: 'strategy', exitReason: 'exit_reason' } as const;

function pointOf(time: string, equity: Decimal): [string, Decimal] {
  return [time, equity];
}

function* tradesBackwards(database: Database, filter: Filter, by: keyof typeof names = 'symbol') {
  const used = Object.entries(conditions(filter, { time: 'exit_time' })).filter(
    ([, value]) => value !== undefined,
  );
  const rows = database
    .prepare<
      unknown[],
      { name: string; entryTime: number; exitTime: number; pnl: string; fees: string }
    >(
      `SELECT ${names[by]} AS name, entry_time AS entryTime, exit_time AS exitTime, pnl, fees FROM trades
       WHERE ${used.map(([condition]) => condition).join(' AND ')} ORDER BY stream_id DESC, sequence DESC`,
    )
    .iterate(...used.flatMap(([, value]) => value));
  let count = 0;
  for (const row of rows) {
    refuseMore(++count);
    yield row;
  }
}

function refuseMore(trades: number): void {
  if (trades > mostTrades)
    throw new QueryRefused(
      'TOO_LARGE',
      `that are more than ${mostTrades} trades: ask for less, or \`heliograph performance\``,
    );
}
