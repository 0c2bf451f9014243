import type { Database } from 'better-sqlite3';
import { conditions, inJournal, type Filter } from './filter.ts';
import { newest } from './newest.ts';
import type {
  EquityRow,
  ForeignOrderRow,
  IncidentRow,
  InstrumentRow,
  TradingStateRow,
} from './rows.ts';

type TimeFilter = Pick<Filter, 'portfolio' | 'from' | 'to' | 'limit'>;

/** What a portfolio was worth, in the order in which it was valued. */
export function readEquity(database: Database, filter: TimeFilter = {}): EquityRow[] {
  return newest<EquityRow>(database, {
    select: `portfolio, time, cash, equity, exposure, peak_equity AS peakEquity, day_start_equity AS dayStartEquity,
      day_start AS dayStart
      FROM equity`,
    where: conditions(filter),
    order: inJournal,
    limit: filter.limit,
  });
}

/** Incidents, in the order in which they were reported. */
export function readIncidents(
  database: Database,
  filter: TimeFilter & Pick<Filter, 'symbol'> = {},
): IncidentRow[] {
  return newest<IncidentRow>(database, {
    select: `portfolio, time, kind, severity, detail, venue, symbol, order_id AS orderId FROM incidents`,
    where: conditions(filter),
    order: inJournal,
    limit: filter.limit,
  });
}

/** Each change of what may be traded at all; the last one holds. */
export function readTradingStates(database: Database, filter: TimeFilter = {}): TradingStateRow[] {
  return newest<TradingStateRow>(database, {
    select: `portfolio, time, from_state AS "from", to_state AS "to", reason, author, revision FROM trading_states`,
    where: conditions(filter),
    order: inJournal,
    limit: filter.limit,
  });
}

/** Orders from elsewhere as they stand, in the order in which they were noticed. */
export function readForeignOrders(
  database: Database,
  filter: TimeFilter & Pick<Filter, 'symbol'> = {},
): ForeignOrderRow[] {
  return newest<Omit<ForeignOrderRow, 'reduceOnly'> & { reduceOnly: number }>(database, {
    select: `portfolio, order_id AS orderId, venue_order_id AS venueOrderId, time, venue, symbol, side,
      order_type AS orderType, quantity, limit_price AS limitPrice, reduce_only AS reduceOnly, status,
      status_time AS statusTime, filled_quantity AS filledQuantity
      FROM foreign_orders`,
    where: conditions(filter),
    order: inJournal,
    limit: filter.limit,
  }).map((row) => ({ ...row, reduceOnly: row.reduceOnly === 1 }));
}

/** Instruments as the venue last told of them, the one that changed last at the end. */
export function readInstruments(
  database: Database,
  { portfolio, symbol, limit }: Pick<Filter, 'portfolio' | 'symbol' | 'limit'> = {},
): InstrumentRow[] {
  return newest<InstrumentRow>(database, {
    select: `portfolio, venue, symbol, time, status, tick_size AS tickSize, lot_size AS lotSize,
      min_quantity AS minQuantity, max_quantity AS maxQuantity, min_notional AS minNotional
      FROM instruments`,
    where: conditions({ portfolio, symbol }),
    order: inJournal,
    limit,
  });
}
