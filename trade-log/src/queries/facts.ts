import { parseEvent, TapeEnded, TradeSignal, type EventId } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';

/** What decisions rest on, read one by one as it was logged. */
export interface LoggedFacts {
  /** The first signal that came with that id. */
  signalOf(id: EventId): TradeSignal | undefined;
  /** The end of a tape, if it has come. */
  endOf(tape: string): TapeEnded | undefined;
}

/** @throws PermanentError from its functions when what is kept is no such event any more */
export function readFacts(database: Database): LoggedFacts {
  const signal = database
    .prepare<[string], string>(
      `SELECT e.body FROM signals s
       JOIN events e ON e.stream_id = s.stream_id AND e.sequence = s.sequence WHERE s.id = ?`,
    )
    .pluck();
  const end = database
    .prepare<[string], string>(
      `SELECT body FROM events WHERE type = 'tape_ended' AND tape = ?
       ORDER BY stream_id DESC, sequence LIMIT 1`,
    )
    .pluck();
  return {
    signalOf(id) {
      const body = signal.get(id);
      return body === undefined ? undefined : parseEvent(TradeSignal, body);
    },
    endOf(tape) {
      const body = end.get(tape);
      return body === undefined ? undefined : parseEvent(TapeEnded, body);
    },
  };
}
