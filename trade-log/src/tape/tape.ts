import {
  earliestMs,
  parseEvent,
  TradePrinted,
  type Candle,
  type SymbolName,
  type Timeframe,
  type Venue,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';

/** What a tape is made of: candles, or the trades of the market. */
export type PriceKind = 'candle' | 'print';

/** A price of a tape; `sequence` is its place in MARKET. */
export type RecordedPrice =
  | { readonly kind: 'candle'; readonly sequence: number; readonly candle: Candle }
  | { readonly kind: 'print'; readonly sequence: number; readonly print: RecordedPrint };

/** A trade of the market. Decimals are text, time is epoch ms. */
export interface RecordedPrint {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly price: string;
  /** Base units. */
  readonly quantity: string;
  readonly timeMs: number;
}

interface CandleRow {
  readonly sequence: number;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  readonly openTime: number;
  readonly closeTime: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

interface PrintRow {
  readonly sequence: number;
  readonly time: number;
  readonly body: string;
}

/** SQL: the stream that has the newest journal of `@portfolio`. */
export const newestJournal = 'SELECT max(stream_id) FROM portfolios WHERE portfolio = @portfolio';

const tapeOfRun = `SELECT tape FROM portfolios WHERE portfolio = @portfolio AND stream_id = (${newestJournal})`;

const candlesOfRun = `
  SELECT sequence, venue, symbol, timeframe, open_time AS openTime, close_time AS closeTime, open, high, low, close, volume
  FROM candles WHERE tape = (${tapeOfRun}) AND close_time >= @from AND close_time < @to
    AND sequence BETWEEN @first AND @last`;

const printsOfRun = `
  SELECT sequence, time, body FROM events
  WHERE type = 'trade_printed' AND tape = (${tapeOfRun}) AND time >= @from AND time < @to
    AND sequence BETWEEN @first AND @last`;

/** By the time of the tape, or as they came. A stream that was made anew counts from the start: its messages are later. */
const orders = {
  candle: { time: 'ORDER BY close_time, sequence', arrival: 'ORDER BY stream_id, sequence' },
  print: { time: 'ORDER BY time, sequence', arrival: 'ORDER BY stream_id, sequence' },
} as const;

/**
 * The prices of the tape that a portfolio's newest journal trades, read as they are asked for: nothing can be written
 * over this connection, nor anything else be prepared, until the iterator has ended.
 */
export function pricesOf(
  database: Database,
  {
    kind,
    order,
    first = 0,
    last = Number.MAX_SAFE_INTEGER,
    from = earliestMs,
    to = Number.MAX_SAFE_INTEGER,
    portfolio,
  }: {
    portfolio: string;
    /** Epoch ms, the end excluded. Default: all. */
    from?: number | undefined;
    to?: number | undefined;
    /** The places in MARKET, both included. Default: all. */
    first?: number | undefined;
    last?: number | undefined;
    kind: PriceKind;
    order: 'time' | 'arrival';
  },
): Generator<RecordedPrice, void, undefined> {
  const values = { portfolio, from, to, first, last };
  if (kind === 'candle') {
    const sql = `${candlesOfRun} ${orders.candle[order]}`;
    return mapped(
      database.prepare<[typeof values], CandleRow>(sql).iterate(values),
      recordedCandle,
    );
  }
  const sql = `${printsOfRun} ${orders.print[order]}`;
  return mapped(database.prepare<[typeof values], PrintRow>(sql).iterate(values), recordedPrint);
}

function* mapped<Row>(
  rows: Iterable<Row>,
  read: (row: Row) => RecordedPrice,
): Generator<RecordedPrice, void, undefined> {
  for (const row of rows) yield read(row);
}

/** When it was, by the tape's own time; epoch ms. */
export function timeOfPrice(price: RecordedPrice): number {
  return price.kind === 'candle' ? price.candle.closeTime : price.print.timeMs;
}

function recordedCandle({ sequence, ...row }: CandleRow): RecordedPrice {
  return {
    kind: 'candle',
    sequence,
    candle: {
      ...row,
      open: Number(row.open),
      high: Number(row.high),
      low: Number(row.low),
      close: Number(row.close),
      volume: Number(row.volume),
    },
  };
}

function recordedPrint({ sequence, time: timeMs, body }: PrintRow): RecordedPrice {
  const { venue, symbol, price, quantity } = parseEvent(TradePrinted, body).data;
  return { kind: 'print', sequence, print: { venue, symbol, price, quantity, timeMs } };
}
