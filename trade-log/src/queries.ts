import {
  OrderSize,
  PortfolioSettings,
  type Decimal,
  type EventId,
  type ReasonCode,
  type SymbolName,
  type Timeframe,
  type Venue,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { newest } from './newest.ts';

/** Which rows: of the newest journal of a portfolio, of a symbol, of a strategy, and when (epoch ms, `to` excluded). */
export interface Filter {
  readonly portfolio?: string | undefined;
  readonly symbol?: string | undefined;
  readonly strategy?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The newest so many. Default: all. */
  readonly limit?: number | undefined;
}

/** A signal and what a portfolio made of it: one row for each that decided on it, else one with nulls. */
export interface SignalRow {
  readonly id: EventId;
  readonly time: number;
  readonly expiryTime: number;
  readonly tape: string;
  readonly mode: string;
  readonly strategy: string;
  readonly strategyVersion: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  readonly intent: string;
  readonly side: 'buy' | 'sell';
  readonly targetPosition: 'long' | 'short' | 'flat';
  readonly referencePrice: Decimal;
  readonly portfolio: string | null;
  /** `skipped`, or its order's. */
  readonly status: OrderStatus | 'skipped' | null;
  readonly reason: ReasonCode | null;
  readonly orderId: string | null;
}

/** Signals, in the order in which they came. */
export function readSignals(database: Database, filter: Filter = {}): SignalRow[] {
  return newest<SignalRow>(database, {
    select: `s.id, s.time, s.expiry_time AS expiryTime, s.tape, s.mode, s.strategy,
      s.strategy_version AS strategyVersion, s.venue, s.symbol, s.timeframe, s.intent, s.side,
      s.target_position AS targetPosition, s.reference_price AS referencePrice,
      d.portfolio, d.status, d.reason, d.order_id AS orderId
      FROM signals s LEFT JOIN decisions d ON d.signal_id = s.id`,
    where: conditions(filter, { run: 'd.', row: 's.' }),
    order: ['s.stream_id', 's.sequence', 'd.stream_id', 'd.sequence'],
    limit: filter.limit,
  });
}

export type OrderStatus =
  | 'intended'
  | 'accepted'
  | 'partially_filled'
  | 'filled'
  | 'rejected'
  | 'cancelled'
  | 'unknown';

export interface OrderRow {
  readonly portfolio: string;
  readonly orderId: string;
  readonly signalId: EventId;
  readonly time: number;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly intent: string;
  readonly side: 'buy' | 'sell';
  readonly orderType: 'market' | 'limit' | 'stop';
  readonly size: OrderSize;
  readonly referencePrice: Decimal;
  readonly status: OrderStatus;
  /** When the status came about. */
  readonly statusTime: number;
  readonly filledQuantity: Decimal;
  readonly venueOrderId: string | null;
  readonly reason: ReasonCode | null;
  readonly detail: string | null;
}

/** Orders as they stand, in the order in which they were intended. */
export function readOrders(database: Database, filter: Filter = {}): OrderRow[] {
  return newest<Omit<OrderRow, 'size'> & { size: string }>(database, {
    select: `portfolio, order_id AS orderId, signal_id AS signalId, time, strategy, venue, symbol, intent, side,
      order_type AS orderType, size, reference_price AS referencePrice, status, status_time AS statusTime,
      filled_quantity AS filledQuantity, venue_order_id AS venueOrderId, reason, detail
      FROM orders`,
    where: conditions(filter),
    order: inJournal,
    limit: filter.limit,
  }).map((row) => ({ ...row, size: OrderSize.parse(JSON.parse(row.size)) }));
}

export interface FillRow {
  readonly portfolio: string;
  readonly orderId: string;
  readonly fillId: string;
  readonly time: number;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'buy' | 'sell';
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly slippageBps: number;
}

/** Fills, in the order of the journal. */
export function readFills(database: Database, filter: Filter = {}): FillRow[] {
  return newest<FillRow>(database, {
    select: `f.portfolio, f.order_id AS orderId, f.fill_id AS fillId, f.time, o.strategy, f.venue, f.symbol, f.side,
      f.quantity, f.price, f.fee, f.liquidity, f.slippage_bps AS slippageBps
      FROM fills f JOIN orders o USING (stream_id, portfolio, order_id)`,
    where: conditions(filter, { run: 'f.', row: 'f.', strategy: 'o.' }),
    order: ['f.stream_id', 'f.sequence'],
    limit: filter.limit,
  });
}

export interface PositionRow {
  readonly portfolio: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly quantity: Decimal;
  readonly averageEntryPrice: Decimal;
  /** Of this position since it was opened, fees taken off. */
  readonly realisedPnl: Decimal;
  /** Of the last change. */
  readonly time: number;
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

export interface TradeRow {
  readonly portfolio: string;
  readonly tradeId: EventId;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly entryTime: number;
  readonly entryPrice: Decimal;
  readonly exitTime: number;
  readonly exitPrice: Decimal;
  readonly quantity: Decimal;
  readonly fees: Decimal;
  readonly pnl: Decimal;
  readonly returnRatio: number;
  readonly exitReason: string;
  readonly entrySignalId: EventId;
  readonly exitSignalId: EventId;
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

export interface DeadLetterRow {
  readonly id: EventId;
  readonly time: number;
  readonly consumer: string;
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly error: string;
  readonly deliveries: number;
  readonly body: string;
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

export interface CandleRow {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  readonly openTime: number;
  readonly closeTime: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
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

/** A journal of a portfolio: its settings, its cash, and how it ended, once its tape has. */
export interface PortfolioRow {
  readonly portfolio: string;
  readonly mode: string;
  readonly tape: string;
  readonly currency: string;
  readonly settings: PortfolioSettings;
  readonly openedTime: number;
  readonly cash: Decimal;
  readonly end: PortfolioEnd | null;
}

export interface PortfolioEnd {
  readonly time: number;
  readonly candles: number;
  readonly cash: Decimal;
  /** Cash and what is still open, at the last closes. */
  readonly equity: Decimal;
}

/** All portfolios; the one that was opened last is the last. */
export function readPortfolios(
  database: Database,
  { portfolio, limit }: Pick<Filter, 'portfolio' | 'limit'> = {},
): PortfolioRow[] {
  return newest<StoredPortfolio>(database, {
    select: `portfolio, mode, tape, currency, settings, opened_time AS openedTime, cash,
      ended_time AS endedTime, candles, final_cash AS finalCash, final_equity AS finalEquity
      FROM portfolios`,
    where: conditions({ portfolio }),
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

/** The newest journal of that portfolio, or of any. */
export function readPortfolio(database: Database, portfolio?: string): PortfolioRow | undefined {
  return readPortfolios(database, { portfolio, limit: 1 })[0];
}

type StoredPortfolio = Omit<PortfolioRow, 'settings' | 'end'> & {
  readonly settings: string;
  readonly endedTime: number | null;
  readonly candles: number;
  readonly finalCash: Decimal;
  readonly finalEquity: Decimal;
};

const inJournal = ['stream_id', 'sequence'];

function conditions(
  { portfolio, symbol, strategy, from, to }: Filter,
  { run = '', row = '', strategy: ordered = row, time = `${row}time` } = {},
): Record<string, string | number | undefined> {
  return {
    [`(${run}stream_id, ${run}portfolio) = (SELECT max(stream_id), portfolio FROM portfolios WHERE portfolio = ?)`]:
      portfolio,
    [`${row}symbol = ?`]: symbol,
    [`${ordered}strategy = ?`]: strategy,
    [`${time} >= ?`]: from,
    [`${time} < ?`]: to,
  };
}
