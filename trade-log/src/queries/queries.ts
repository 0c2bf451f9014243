import {
  OrderSize,
  PortfolioSettings,
  Protection,
  type Decimal,
  type ReasonCode,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { conditions, inJournal, ofNewestJournal, type Filter } from './filter.ts';
import { newest, type Query } from './newest.ts';
import type {
  CandleRow,
  DeadLetterRow,
  FillRow,
  OrderRow,
  PortfolioRow,
  PositionRow,
  SignalRow,
  TradeRow,
} from './rows.ts';

/**
 * Signals, in the order in which they came. Of a portfolio those that it decided on, which are on its tape.
 *
 * What became of each is looked up one by one: the join would go through what became of all.
 */
export function readSignals(database: Database, filter: Filter = {}): SignalRow[] {
  const { portfolio, limit, ...rest } = filter;
  const signals = newest<Omit<SignalRow, keyof Outcome>>(database, {
    select: `id, time, expiry_time AS expiryTime, tape, mode, strategy, strategy_version AS strategyVersion, venue, symbol,
      timeframe, intent, side, target_position AS targetPosition, reference_price AS referencePrice
      FROM signals AS s`,
    where: {
      'tape = (SELECT tape FROM portfolios WHERE portfolio = ? ORDER BY stream_id DESC LIMIT 1)':
        portfolio,
      [`EXISTS (SELECT 1 FROM decisions WHERE signal_id = s.id AND ${ofNewestJournal()})`]:
        portfolio,
      ...conditions(rest),
    },
    order: inJournal,
    limit,
  });
  const outcomesOf = database.prepare<unknown[], Outcome>(
    `SELECT portfolio, status, reason, order_id AS orderId FROM outcomes
     WHERE signal_id = ? ${portfolio === undefined ? '' : `AND ${ofNewestJournal()}`} ORDER BY stream_id, sequence`,
  );
  const rows = signals.flatMap((signal) => {
    const outcomes = outcomesOf.all(signal.id, ...(portfolio === undefined ? [] : [portfolio]));
    return (outcomes.length === 0 ? [undecided] : outcomes).map((outcome) => ({
      ...signal,
      ...outcome,
    }));
  });
  return limit === undefined ? rows : rows.slice(-limit);
}

type Outcome = Pick<SignalRow, 'portfolio' | 'status' | 'reason' | 'orderId'>;

const undecided: Outcome = { portfolio: null, status: null, reason: null, orderId: null };

/** Orders as they stand, in the order in which they were intended; `statuses` are those that count. */
export function readOrders(
  database: Database,
  filter: Filter & {
    readonly statuses?: readonly string[] | undefined;
    readonly orderId?: string | undefined;
  } = {},
): OrderRow[] {
  return newest<StoredOrder>(database, {
    select: `portfolio, order_id AS orderId, signal_id AS signalId, time, strategy, venue, symbol, intent, side,
      order_type AS orderType, role, size, limit_price AS limitPrice, stop_price AS stopPrice,
      trailing_bps AS trailingBps, time_in_force AS timeInForce, protection, protects, attempt,
      reduce_only AS reduceOnly, reference_price AS referencePrice, status, status_time AS statusTime,
      filled_quantity AS filledQuantity, venue_order_id AS venueOrderId, trigger_price AS triggerPrice, reason, detail,
      cancel_time AS cancelTime, cancel_reason AS cancelReason
      FROM orders`,
    where: {
      ...conditions(filter),
      'order_id = ?': filter.orderId,
      'status IN (SELECT value FROM json_each(?))':
        filter.statuses && JSON.stringify(filter.statuses),
    },
    order: inJournal,
    limit: filter.limit,
  }).map(({ size, protection, reduceOnly, ...row }) => ({
    ...row,
    size: OrderSize.parse(JSON.parse(size)),
    protection: protection === null ? null : Protection.parse(JSON.parse(protection)),
    reduceOnly: reduceOnly === 1,
  }));
}

/** Fills, in the order of the journal. */
export function readFills(database: Database, filter: Filter = {}): FillRow[] {
  return newest<FillRow>(database, {
    select: `f.portfolio, f.order_id AS orderId, f.fill_id AS fillId, f.time, o.strategy, f.venue, f.symbol, f.side,
      f.quantity, f.price, f.fee, f.liquidity, f.slippage_bps AS slippageBps
      FROM fills f JOIN orders o USING (stream_id, portfolio, order_id)`,
    where: conditions(filter, { run: 'f.', row: 'f.', ordered: 'o.' }),
    order: ['f.stream_id', 'f.sequence'],
    limit: filter.limit,
  });
}

/** Open positions, the one that changed last at the end. */
export function readPositions(
  database: Database,
  { portfolio, symbol, limit }: Pick<Filter, 'portfolio' | 'symbol' | 'limit'> = {},
): PositionRow[] {
  return newest<PositionRow>(database, {
    select: `portfolio, venue, symbol, side, quantity, average_entry_price AS averageEntryPrice,
      realised_pnl AS realisedPnl, time
      FROM positions`,
    where: { ...conditions({ portfolio, symbol }), 'side <> ?': 'flat' },
    order: inJournal,
    limit,
  });
}

/** Closed trades, in the order in which they were closed; `from` and `to` are about the exit. */
export function readTrades(database: Database, filter: Filter = {}): TradeRow[] {
  return newest<TradeRow>(database, {
    select: `portfolio, trade_id AS tradeId, strategy, venue, symbol, side, entry_time AS entryTime,
      entry_price AS entryPrice, exit_time AS exitTime, exit_price AS exitPrice, quantity, fees, pnl,
      return_ratio AS returnRatio, exit_reason AS exitReason, entry_signal_id AS entrySignalId,
      exit_signal_id AS exitSignalId
      FROM trades`,
    where: conditions(filter, { time: 'exit_time' }),
    order: inJournal,
    limit: filter.limit,
  });
}

/** How many signals a portfolio skipped, by reason. */
export function countSkips(
  database: Database,
  filter: Omit<Filter, 'limit'> = {},
): Partial<Record<ReasonCode, number>> {
  const rows = newest<{ reason: ReasonCode; count: number }>(database, {
    select: 'reason, count(*) AS count FROM skips',
    where: conditions(filter),
    group: 'reason',
    order: ['reason'],
  });
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}

export function readDeadLetters(
  database: Database,
  { from, to, limit }: Pick<Filter, 'from' | 'to' | 'limit'> = {},
): DeadLetterRow[] {
  return newest<DeadLetterRow>(database, {
    select: `id, time, consumer, message_stream AS stream, message_sequence AS sequence,
      message_subject AS subject, error, deliveries, body
      FROM dead_letters`,
    where: conditions({ from, to }),
    order: inJournal,
    limit,
  });
}

/** Candles of one tape by their open time, `from` included, `to` excluded. */
export function readCandles(
  database: Database,
  filter: Pick<Filter, 'symbol' | 'from' | 'to' | 'limit'> & {
    tape: string;
    venue?: string | undefined;
    timeframe?: string | undefined;
  },
): CandleRow[] {
  const { tape, venue, symbol, timeframe, from, to, limit } = filter;
  return newest<CandleRow>(database, {
    select: `venue, symbol, timeframe, open_time AS openTime, close_time AS closeTime, open, high, low, close, volume
      FROM candles`,
    where: {
      'tape = ?': tape,
      'venue = ?': venue,
      'timeframe = ?': timeframe,
      ...conditions({ symbol, from, to }, { time: 'open_time' }),
    },
    order: ['open_time', 'venue', 'symbol', 'timeframe'],
    limit,
  });
}

/** All portfolios; the one that was opened last is the last. */
export function readPortfolios(
  database: Database,
  { portfolio, limit }: Pick<Filter, 'portfolio' | 'limit'> = {},
): PortfolioRow[] {
  return portfolioRows(database, { where: conditions({ portfolio }), limit });
}

function portfolioRows(
  database: Database,
  { where, limit }: Pick<Query, 'where' | 'limit'>,
): PortfolioRow[] {
  return newest<StoredPortfolio>(database, {
    select: `portfolio, mode, tape, currency, settings, decisions_version AS decisionsVersion, opened_time AS openedTime, cash,
      ended_time AS endedTime, candles, final_cash AS finalCash, final_equity AS finalEquity
      FROM portfolios`,
    where,
    order: inJournal,
    limit,
  }).map(({ settings, endedTime, candles, finalCash, finalEquity, ...row }) => ({
    ...row,
    settings: PortfolioSettings.parse(JSON.parse(settings)),
    end:
      endedTime === null
        ? null
        : { time: endedTime, candles, cash: finalCash, equity: finalEquity },
  }));
}

/** The newest journals of those that have not ended, the one that was opened last first. */
export function readOpenPortfolios(database: Database, limit: number): PortfolioRow[] {
  const isNewest = `stream_id = (SELECT max(stream_id) FROM portfolios AS other WHERE other.portfolio = portfolios.portfolio)`;
  return portfolioRows(database, {
    where: { 'ended_time IS NULL': [], [isNewest]: [] },
    limit,
  }).toReversed();
}

/** The newest journal of that portfolio, or of any. */
export function readPortfolio(database: Database, portfolio?: string): PortfolioRow | undefined {
  return readPortfolios(database, { portfolio, limit: 1 })[0];
}

type StoredOrder = Omit<OrderRow, 'size' | 'protection' | 'reduceOnly'> & {
  readonly size: string;
  readonly protection: string | null;
  readonly reduceOnly: number;
};

type StoredPortfolio = Omit<PortfolioRow, 'settings' | 'end'> & {
  readonly settings: string;
  readonly endedTime: number | null;
  readonly candles: number;
  readonly finalCash: Decimal;
  readonly finalEquity: Decimal;
};
