import { PermanentError, type HeliographEvent } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { readEvent } from '../store/read-event.ts';

/** One event of a story; times are epoch ms. */
export interface StoryEvent {
  readonly sequence: number;
  readonly type: string;
  /** By the clock of the tape. */
  readonly time: number;
  /** When it was written, by the clock of whoever wrote it, and when the bus stored it. */
  readonly recordedTime: number;
  readonly storedTime: number;
  readonly event: HeliographEvent;
}

/** What became of a signal in one portfolio, from its decision to the trade that it opened or closed. */
export interface Chapter {
  readonly portfolio: string;
  readonly events: readonly StoryEvent[];
}

export interface Story {
  readonly signalId: string;
  /** Undefined when it has been pruned: the journals still have what became of it. */
  readonly signal: StoryEvent | undefined;
  /** The last candle of the instrument that the signal could know of. */
  readonly candle: StoryEvent | undefined;
  /** One for each portfolio that decided it. */
  readonly chapters: readonly Chapter[];
  /** What was given up, and why. */
  readonly deadLetters: readonly { readonly time: number; readonly error: string }[];
}

interface EventRow {
  readonly sequence: number;
  readonly type: string;
  readonly time: number;
  readonly recordedTime: number;
  readonly storedTime: number;
  readonly subject: string;
  readonly body: string;
}

const columns = `e.sequence, e.type, e.time, e.recorded_time AS recordedTime, e.stored_time AS storedTime, e.subject, e.body`;

/**
 * The story of a signal, found by its id, by that of one of its orders, or of a trade, or by how such a signal's id begins.
 * Undefined when there is none; more than one by that beginning are no signal either.
 */
export function readStory(database: Database, id: string): Story | undefined {
  const signalId = signalNamed(database, id);
  if (signalId === undefined) return undefined;
  const signal = database
    .prepare<[string], EventRow & { tapeSequence: number | null }>(
      `SELECT ${columns}, s.tape_sequence AS tapeSequence FROM signals s JOIN events e USING (stream_id, sequence)
       WHERE s.id = ?`,
    )
    .get(signalId);
  const told = signal && storyEvent(signal);
  return {
    signalId,
    signal: told,
    candle: told && candleBefore(database, told),
    chapters: chaptersOf(database, signalId),
    deadLetters: database
      .prepare<[string], { time: number; error: string }>(
        'SELECT time, error FROM dead_letters WHERE instr(body, ?) > 0 ORDER BY time',
      )
      .all(signalId),
  };
}

function signalNamed(database: Database, id: string): string | undefined {
  const found = (sql: string): string[] =>
    database.prepare<[{ id: string }], string>(sql).pluck().all({ id });
  for (const sql of [
    'SELECT id FROM signals WHERE id = @id UNION SELECT signal_id FROM decisions WHERE signal_id = @id',
    'SELECT signal_id FROM orders WHERE order_id = @id LIMIT 1',
    'SELECT entry_signal_id FROM trades WHERE trade_id = @id LIMIT 1',
    `SELECT id FROM signals WHERE id >= @id AND id < @id || '~'
     UNION SELECT signal_id FROM decisions WHERE signal_id >= @id AND signal_id < @id || '~' LIMIT 2`,
  ]) {
    const [first, second] = found(sql);
    if (first !== undefined) return second === undefined ? first : undefined;
  }
  return undefined;
}

function candleBefore(database: Database, { event, time }: StoryEvent): StoryEvent | undefined {
  if (event.type !== 'trade_signal') return undefined;
  const { venue, symbol, timeframe, tape } = event.data;
  const row = database
    .prepare<[string, string, string, string, number], EventRow>(
      `SELECT ${columns} FROM candles c JOIN events e USING (stream_id, sequence)
       WHERE c.tape = ? AND c.venue = ? AND c.symbol = ? AND c.timeframe = ? AND c.close_time <= ?
       ORDER BY c.open_time DESC LIMIT 1`,
    )
    .get(tape?.id ?? 'live', venue, symbol, timeframe, time);
  return row && storyEvent(row);
}

interface Journal {
  readonly streamId: number;
  readonly portfolio: string;
}

function chaptersOf(database: Database, signalId: string): Chapter[] {
  const journals = database
    .prepare<[string], Journal>(
      `SELECT stream_id AS streamId, portfolio FROM decisions WHERE signal_id = ?
       GROUP BY stream_id, portfolio ORDER BY min(sequence)`,
    )
    .all(signalId);
  return journals.map((journal) => ({
    portfolio: journal.portfolio,
    events: eventsOf(database, journal, signalId),
  }));
}

function eventsOf(database: Database, journal: Journal, signalId: string): StoryEvent[] {
  const trades = tradesWith(database, journal, signalId);
  const signals = new Set([signalId, ...trades.flatMap(({ entry, exit }) => [entry, exit])]);
  const decided = [...signals].flatMap((id) => decidedOf(database, journal, id));
  const orders = decided.flatMap(({ orderId }) => (orderId === null ? [] : [orderId]));
  const first = Math.min(...decided.map(({ sequence }) => sequence));
  const last = Math.max(...[...decided, ...trades].map(({ sequence }) => sequence));
  const isOver = trades.length > 0 || orders.length === 0;
  const names = [...signals, ...orders];
  const rows = database
    .prepare<[string, number, number, number], EventRow>(
      `SELECT ${columns} FROM events e
       WHERE portfolio = ? AND stream_id = ? AND sequence BETWEEN ? AND ? ORDER BY sequence`,
    )
    .iterate(journal.portfolio, journal.streamId, first, isOver ? last : Number.MAX_SAFE_INTEGER);
  const events: StoryEvent[] = [];
  for (const row of rows)
    if (names.some((name) => row.body.includes(name))) events.push(storyEvent(row));
  return events;
}

function tradesWith(
  database: Database,
  { streamId, portfolio }: Journal,
  signalId: string,
): { sequence: number; entry: string; exit: string }[] {
  return database
    .prepare<[string, number, string], { sequence: number; entry: string; exit: string }>(
      `SELECT sequence, entry_signal_id AS entry, exit_signal_id AS exit FROM trades
       WHERE portfolio = ? AND stream_id = ? AND ? IN (entry_signal_id, exit_signal_id)`,
    )
    .all(portfolio, streamId, signalId);
}

/** Orders have their ids, all else does not. */
function decidedOf(
  database: Database,
  { streamId, portfolio }: Journal,
  signalId: string,
): { sequence: number; orderId: string | null }[] {
  return database
    .prepare<
      [{ portfolio: string; streamId: number; signalId: string }],
      { sequence: number; orderId: string | null }
    >(
      `SELECT d.sequence, o.order_id AS orderId
       FROM decisions d LEFT JOIN orders o
         ON o.signal_id = d.signal_id AND o.stream_id = d.stream_id AND o.portfolio = d.portfolio AND o.sequence = d.sequence
       WHERE d.portfolio = @portfolio AND d.stream_id = @streamId AND d.signal_id = @signalId`,
    )
    .all({ portfolio, streamId, signalId });
}

function storyEvent({ subject, body, ...row }: EventRow): StoryEvent {
  const { event } = readEvent({ subject, body });
  if (!event) throw new PermanentError('UNKNOWN_EVENT', `${row.type} is not known here`);
  const { sequence, type, time, recordedTime, storedTime } = row;
  return { sequence, type, time, recordedTime, storedTime, event };
}
