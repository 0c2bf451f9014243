import {
  parseEvent,
  TradeSignal,
  type Candle,
  type EventId,
  type SymbolName,
  type Timeframe,
  type Venue,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';

/** What a portfolio's run was fed with; `sequence` is that of the candle in MARKET, or of the signal in SIGNALS. */
export type Recorded =
  | { readonly kind: 'candle'; readonly sequence: number; readonly candle: Candle }
  | { readonly kind: 'signal'; readonly sequence: number; readonly signal: TradeSignal };

/** From where to where to read, epoch ms of closes and decisions, `to` excluded. */
export interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
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

interface SignalRow {
  readonly sequence: number;
  readonly time: number;
  readonly body: string;
}

const newestJournal = 'SELECT max(stream_id) FROM portfolios WHERE portfolio = @portfolio';

const candlesOfRun = `
  SELECT sequence, venue, symbol, timeframe, open_time AS openTime, close_time AS closeTime, open, high, low, close, volume
  FROM candles
  WHERE tape = (SELECT tape FROM portfolios WHERE portfolio = @portfolio AND stream_id = (${newestJournal}))
    AND close_time >= @from AND close_time < @to
  ORDER BY close_time, sequence`;

const signalsOfRun = `
  SELECT s.sequence, s.time, e.body
  FROM (
    SELECT signal_id, min(sequence) AS decided FROM decisions
    WHERE portfolio = @portfolio AND stream_id = (${newestJournal})
    GROUP BY signal_id
  ) d
  JOIN signals s ON s.id = d.signal_id
  JOIN events e ON e.stream_id = s.stream_id AND e.sequence = s.sequence
  WHERE s.time >= @from AND s.time < @to
  ORDER BY s.time, d.decided`;

/**
 * The candles of the tape that a portfolio's newest journal trades, and the signals that it decided on, by time: at one
 * instant first the candles as they came, then the signals as they were decided. Rows are read as they are asked for;
 * nothing can be written over this connection until the iterator has ended.
 */
export function* readRecording(
  database: Database,
  portfolio: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: Span = {},
): Generator<Recorded, void, undefined> {
  const values = { portfolio, from, to };
  const candles = database.prepare<[typeof values], CandleRow>(candlesOfRun).iterate(values);
  const signals = database.prepare<[typeof values], SignalRow>(signalsOfRun).iterate(values);
  try {
    let candle = candles.next();
    let signal = signals.next();
    while (!candle.done || !signal.done)
      if (!candle.done && (signal.done || candle.value.closeTime <= signal.value.time)) {
        yield recordedCandle(candle.value);
        candle = candles.next();
      } else if (!signal.done) {
        const { sequence, body } = signal.value;
        yield { kind: 'signal', sequence, signal: parseEvent(TradeSignal, body) };
        signal = signals.next();
      }
  } finally {
    candles.return?.();
    signals.return?.();
  }
}

function recordedCandle({ sequence, ...row }: CandleRow): Recorded {
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

/** An event of a journal as it is logged; `body` has its exact bytes. */
export interface JournalRow {
  readonly sequence: number;
  readonly id: EventId;
  readonly type: string;
  readonly time: number;
  readonly body: string;
}

/** The newest journal of a portfolio in its order, read as it is asked for, like `readRecording`. */
export function readJournal(database: Database, portfolio: string): IterableIterator<JournalRow> {
  return database
    .prepare<[{ portfolio: string }], JournalRow>(
      `SELECT sequence, id, type, time, body FROM events
       WHERE portfolio = @portfolio AND stream_id = (${newestJournal}) ORDER BY sequence`,
    )
    .iterate({ portfolio });
}
