import {
  OrderSize,
  PortfolioSettings,
  Protection,
  type Decimal,
  type ReasonCode,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { conditions, inJournal, type Filter } from './filter.ts';
import { newest } from './newest.ts';
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

/** Signals, in the order in which they came. */
export function readSignals(database: Database, filter: Filter = {}): SignalRow[] {
  return newest<SignalRow>(database, {
    select: `s.id, s.time, s.expiry_time AS expiryTime, s.tape, s.mode, s.strategy,
      s.strategy_version AS strategyVersion, s.venue, s.symbol, s.timeframe, s.intent, s.side,
      s.target_position AS targetPosition, s.reference_price AS referencePrice,
      d.portfolio, d.status, d.reason, d.order_id AS orderId
      FROM signals s LEFT JOIN outcomes d ON d.signal_id = s.id`,
    where: conditions(filter, { run: 'd.', row: 's.' }),
    order: ['s.stream_id', 's.sequence', 'd.stream_id', 'd.sequence'],
    limit: filter.limit,
  });
}

/** Orders as they stand, in the order in which they were intended. */
export function readOrders(database: Database, filter: Filter = {}): OrderRow[] {
  return newest<StoredOrder>(database, {
    select: `portfolio, order_id AS orderId, signal_id AS signalId, time, strategy, venue, symbol, intent, side,
      order_type AS orderType, role, size, limit_price AS limitPrice, stop_price AS stopPrice,
      trailing_bps AS trailingBps, time_in_force AS timeInForce, protection, protects, attempt,
      reduce_only AS reduceOnly, reference_price AS referencePrice, status, status_time AS statusTime,
      filled_quantity AS filledQuantity, venue_order_id AS venueOrderId, trigger_price AS triggerPrice, reason, detail,
      cancel_time AS cancelTime, cancel_reason AS cancelReason
      FROM orders`,
    where: conditions(filter),
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
  return newest<StoredPortfolio>(database, {
    select: `portfolio, mode, tape, currency, settings, decisions_version AS decisionsVersion, opened_time AS openedTime, cash,
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
