import type { Database } from 'better-sqlite3';
import { readingError } from '../store/database-errors.ts';
import { conditions, type Filter } from '../queries/filter.ts';
import type { Query } from '../queries/newest.ts';

export const exportKinds = [
  'events',
  'signals',
  'orders',
  'fills',
  'trades',
  'positions',
  'equity',
  'candles',
  'skips',
] as const;
export type ExportKind = (typeof exportKinds)[number];

export type ExportFilter = Pick<Filter, 'portfolio' | 'symbol' | 'from' | 'to'>;

export type ExportValue = string | number | null;

/** Rows that are read as they are asked for; nothing can be written over the connection until they have ended. */
export interface Export {
  readonly columns: readonly string[];
  /** The columns that hold JSON as text. */
  readonly json: ReadonlySet<string>;
  readonly rows: IterableIterator<readonly ExportValue[]>;
}

interface Source {
  /** Columns by their names outside, in SQL. */
  readonly columns: Readonly<Record<string, string>>;
  readonly from: string;
  readonly where: (filter: ExportFilter) => Query['where'];
  /** Along an index where there is one for it: nothing is gathered to be sorted. */
  readonly order: string;
  readonly json?: readonly string[];
}

/**
 * All rows of a kind, the oldest first: times in epoch ms, money and prices as decimal text. Without a portfolio those of
 * all; with one those of its newest journal, and of the market its tape.
 */
export function exportRows(
  database: Database,
  kind: ExportKind,
  filter: ExportFilter = {},
): Export {
  const { columns, from, where, order, json = [] } = sources[kind];
  const used = Object.entries(where(filter)).filter(([, value]) => value !== undefined);
  const sql = [
    `SELECT ${Object.values(columns).join(', ')} FROM ${from}`,
    used.length > 0 ? `WHERE ${used.map(([condition]) => condition).join(' AND ')}` : '',
    `ORDER BY ${order}`,
  ].join(' ');
  const rows = database
    .prepare<unknown[], readonly ExportValue[]>(sql)
    .raw()
    .iterate(...used.flatMap(([, value]) => value));
  return { columns: Object.keys(columns), json: new Set(json), rows: explained(rows, database) };
}

function* explained<T>(
  rows: IterableIterator<T>,
  database: Database,
): Generator<T, void, undefined> {
  try {
    yield* rows;
  } catch (error) {
    throw readingError(error, database.name);
  }
}

/** Columns that are called as in the database, from names with blanks between them. */
function plain(names: string, table = ''): Record<string, string> {
  return Object.fromEntries(
    names
      .split(/\s+/)
      .map((name) => [
        name.replaceAll(/_([a-z])/g, (_, letter) => String(letter).toUpperCase()),
        table + name,
      ]),
  );
}

const inJournals = 'stream_id, sequence';
const newestTape =
  'tape = (SELECT tape FROM portfolios WHERE portfolio = ? ORDER BY stream_id DESC LIMIT 1)';

const sources: Readonly<Record<ExportKind, Source>> = {
  events: {
    columns: {
      stream: 's.name',
      streamId: 'e.stream_id',
      ...plain('sequence id type subject portfolio tape time recorded_time stored_time body', 'e.'),
    },
    from: 'events AS e CROSS JOIN streams AS s ON s.id = e.stream_id',
    where: ({ portfolio, symbol, from, to }) => ({
      ...conditions({ portfolio, from, to }, { run: 'e.', row: 'e.' }),
      "json_extract(e.body, '$.data.symbol') = ?": symbol,
    }),
    order: 'e.stream_id, e.sequence',
  },
  signals: {
    columns:
      plain(`id time expiry_time tape mode strategy strategy_version config_hash engine_run_id venue symbol
      timeframe intent side target_position reference_price correlation_id`),
    from: 'signals',
    where: ({ portfolio, ...rest }) => ({ [newestTape]: portfolio, ...conditions(rest) }),
    order: 'time, id',
  },
  orders: {
    columns:
      plain(`portfolio order_id signal_id time strategy venue symbol intent side order_type role size
      limit_price stop_price trailing_bps time_in_force protection protects attempt reduce_only
      reference_price status status_time filled_quantity venue_order_id trigger_price reason detail
      cancel_time cancel_reason`),
    from: 'orders',
    where: (filter) => conditions(filter),
    order: inJournals,
    json: ['size', 'protection'],
  },
  fills: {
    columns: plain(
      `portfolio order_id fill_id time venue symbol side quantity price fee liquidity slippage_bps`,
    ),
    from: 'fills',
    where: (filter) => conditions(filter),
    order: inJournals,
  },
  trades: {
    columns:
      plain(`portfolio trade_id strategy venue symbol side quantity entry_time entry_price exit_time
      exit_price fees pnl return_ratio exit_reason entry_signal_id exit_signal_id`),
    from: 'trades',
    where: (filter) => conditions(filter, { time: 'exit_time' }),
    order: inJournals,
  },
  positions: {
    columns: plain(
      `portfolio venue symbol side quantity average_entry_price realised_pnl order_id time`,
    ),
    from: 'positions',
    where: (filter) => ({ ...conditions(filter), 'side <> ?': 'flat' }),
    order: inJournals,
  },
  equity: {
    columns: plain(`portfolio time cash equity exposure peak_equity day_start_equity day_start`),
    from: 'equity',
    where: ({ portfolio, from, to }) => conditions({ portfolio, from, to }),
    order: inJournals,
  },
  candles: {
    columns: plain(`tape venue symbol timeframe open_time close_time open high low close volume`),
    from: 'candles',
    where: ({ portfolio, ...rest }) => ({
      [newestTape]: portfolio,
      ...conditions(rest, { time: 'close_time' }),
    }),
    order: 'tape, close_time, venue, symbol, timeframe',
  },
  skips: {
    columns: plain(
      `portfolio signal_id time signal_time strategy venue symbol intent side reason detail`,
    ),
    from: 'skips',
    where: (filter) => conditions(filter),
    order: inJournals,
  },
};
