import { earliestMs, parseEvent, TradeSignal, type EventId } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import {
  newestJournal,
  pricesOf,
  timeOfPrice,
  type PriceKind,
  type RecordedPrice,
} from './tape.ts';

/** What a portfolio's run was fed with; `sequence` is that of the price in MARKET, or of the signal in SIGNALS. */
export type Recorded =
  | RecordedPrice
  | { readonly kind: 'signal'; readonly sequence: number; readonly signal: TradeSignal };

/** From where to where to read, epoch ms of closes and decisions, `to` excluded. */
export interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** By place in MARKET instead, both included. */
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

interface SignalRow {
  readonly sequence: number;
  readonly time: number;
  readonly body: string;
}

const signalsOfRun = `
  SELECT s.sequence, s.time, e.body
  FROM (
    SELECT signal_id, min(sequence) AS decided FROM decisions
    WHERE portfolio = @portfolio AND stream_id = (${newestJournal})
    GROUP BY signal_id
  ) d
  JOIN signals s ON s.id = d.signal_id
  JOIN events e ON e.stream_id = s.stream_id AND e.sequence = s.sequence
  WHERE s.time >= @from AND s.time < @to AND coalesce(s.tape_sequence, @first) BETWEEN @first AND @last
  ORDER BY s.time, d.decided`;

/**
 * The prices of the tape that a portfolio's newest journal trades, and the signals that it decided on, by time: at one
 * instant first the prices as they came, then the signals as they were decided. Rows are read as they are asked for;
 * nothing can be written over this connection until the iterator has ended.
 */
export function* readRecording(
  database: Database,
  portfolio: string,
  {
    from = earliestMs,
    to = Number.MAX_SAFE_INTEGER,
    first = 0,
    last = Number.MAX_SAFE_INTEGER,
    prices: kind = 'candle',
  }: Span & { prices?: PriceKind } = {},
): Generator<Recorded, void, undefined> {
  const values = { portfolio, from, to, first, last };
  // Nothing can be prepared while rows are read.
  const signalRows = database.prepare<[typeof values], SignalRow>(signalsOfRun);
  const prices = pricesOf(database, { ...values, kind, order: 'time' });
  const signals = signalRows.iterate(values);
  try {
    let price = prices.next();
    let signal = signals.next();
    while (!price.done || !signal.done)
      if (!price.done && (signal.done || timeOfPrice(price.value) <= signal.value.time)) {
        yield price.value;
        price = prices.next();
      } else if (!signal.done) {
        const { sequence, body } = signal.value;
        yield { kind: 'signal', sequence, signal: parseEvent(TradeSignal, body) };
        signal = signals.next();
      }
  } finally {
    prices.return();
    signals.return?.();
  }
}

/** An event of a journal as it is logged; `body` has its exact bytes. */
export interface JournalRow {
  readonly sequence: number;
  readonly id: EventId;
  readonly type: string;
  readonly time: number;
  readonly recordedTime: number;
  /** When the bus stored it. */
  readonly storedTime: number;
  readonly body: string;
}

/** The newest journal of a portfolio in its order, read as it is asked for, like `readRecording`. */
export function readJournal(database: Database, portfolio: string): IterableIterator<JournalRow> {
  return database
    .prepare<[{ portfolio: string }], JournalRow>(
      `SELECT sequence, id, type, time, recorded_time AS recordedTime, stored_time AS storedTime, body FROM events
       WHERE portfolio = @portfolio AND stream_id = (${newestJournal}) ORDER BY sequence`,
    )
    .iterate({ portfolio });
}
