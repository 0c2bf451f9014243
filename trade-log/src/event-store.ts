import { liveTape, toMs, TransientError, type HeliographEvent } from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import type { Database } from 'better-sqlite3';
import type { Place } from './changes.ts';
import { writingError } from './database-errors.ts';
import { createProjector } from './projector.ts';
import type { LoggedStream, ReadEvent } from './read-event.ts';

/** One storage of a bus stream, as the database knows it. */
export interface KnownStream {
  readonly id: number;
  /** The last sequence that was dealt with, 0 for none. */
  readonly lastSequence: number;
  /** The last message that was kept. */
  readonly lastKept: { readonly sequence: number; readonly body: string } | undefined;
}

/** A message to keep. One that could not be read is only noted as dealt with. */
export interface Entry {
  readonly streamId: number;
  readonly message: StoredMessage;
  readonly read: ReadEvent | undefined;
}

export interface EventStore {
  /** This database's own name. */
  readonly id: string;
  /** The newest generation of the stream with that identity, noted down if it is new. */
  stream(name: LoggedStream, identity: string): KnownStream;
  /** Begins another generation of it. */
  nextGeneration(name: LoggedStream, identity: string): KnownStream;
  /**
   * Keeps all entries and brings the derived tables up to date, or does nothing. What is there already is passed over.
   * @returns how many were new
   * @throws TransientError while it cannot be written; `streamRenewed` when another message has that sequence
   */
  keep(entries: readonly Entry[]): number;
}

/** The code of the error that says that a stream now holds other messages under sequences that were kept. */
export const streamRenewed = 'STREAM_RENEWED';

export function createEventStore(database: Database): EventStore {
  const projector = createProjector(database);
  const id = database.prepare<[], string>('SELECT id FROM log').pluck().get();
  if (id === undefined) throw new Error(`${database.name}: its table log is empty`);

  const newestGeneration = database.prepare<[string, string], Omit<KnownStream, 'lastKept'>>(
    `SELECT id, last_sequence AS lastSequence FROM streams WHERE name = ? AND identity = ?
     ORDER BY generation DESC LIMIT 1`,
  );
  const addGeneration = database.prepare<[{ name: string; identity: string }]>(
    `INSERT INTO streams (name, identity, generation)
     SELECT @name, @identity, count(*) + 1 FROM streams WHERE name = @name AND identity = @identity`,
  );
  const lastKept = database.prepare<[number], { sequence: number; body: string }>(
    'SELECT sequence, body FROM events WHERE stream_id = ? ORDER BY sequence DESC LIMIT 1',
  );
  const lastSequence = database
    .prepare<[number], number>('SELECT last_sequence FROM streams WHERE id = ?')
    .pluck();
  const saveLastSequence = database.prepare<[number, number]>(
    'UPDATE streams SET last_sequence = ? WHERE id = ?',
  );
  const addEvent = database.prepare(
    `INSERT INTO events (stream_id, sequence, id, type, subject, portfolio, tape, time, recorded_time, stored_time, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stream_id, sequence) DO NOTHING`,
  );
  const idAt = database
    .prepare<[number, number], string>('SELECT id FROM events WHERE stream_id = ? AND sequence = ?')
    .pluck();

  /** @returns whether it is new */
  const add = ({ envelope, event }: ReadEvent, message: StoredMessage, place: Place): boolean => {
    const { streamId, sequence, portfolio } = place;
    const added = addEvent.run(
      streamId,
      sequence,
      envelope.id,
      envelope.type,
      message.subject,
      portfolio,
      tapeOf(event),
      toMs(envelope.time),
      toMs(envelope.recordedtime),
      message.storedTime,
      message.body,
    );
    if (added.changes > 0) return true;
    if (idAt.get(streamId, sequence) === envelope.id) return false;
    throw new TransientError(
      streamRenewed,
      `${message.stream} has another message at ${sequence} than the one that was kept`,
    );
  };

  const keep = database.transaction((entries: readonly Entry[]): number => {
    const reached = new Map<number, number>();
    const disordered = new Map<string, Place>();
    let count = 0;
    for (const { streamId, message, read } of entries) {
      const { sequence } = message;
      const before = reached.get(streamId) ?? lastSequence.get(streamId) ?? 0;
      reached.set(streamId, Math.max(before, sequence));
      if (read === undefined) continue;
      const place = { streamId, sequence, portfolio: read.portfolio };
      if (!add(read, message, place)) continue;
      count++;
      if (read.event === undefined) continue;
      // A message that was lost on its way comes again after later ones.
      if (sequence < before && place.portfolio !== null)
        disordered.set(`${streamId} ${place.portfolio}`, place);
      else projector.apply(read.event, place);
    }
    for (const journal of disordered.values()) projector.refold(journal);
    for (const [streamId, sequence] of reached) saveLastSequence.run(sequence, streamId);
    return count;
  });

  const whileWriting = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw writingError(error, database.name);
    }
  };
  const nextGeneration: EventStore['nextGeneration'] = (name, identity) =>
    whileWriting(() => {
      const { lastInsertRowid } = addGeneration.run({ name, identity });
      return { id: Number(lastInsertRowid), lastSequence: 0, lastKept: undefined };
    });

  return {
    id,
    stream(name, identity) {
      const known = newestGeneration.get(name, identity);
      if (known === undefined) return nextGeneration(name, identity);
      return { ...known, lastKept: lastKept.get(known.id) };
    },
    nextGeneration,
    keep: (entries) => whileWriting(() => keep.immediate(entries)),
  };
}

/**
 * Derives all tables again from the events, in one transaction.
 * @throws TransientError while it cannot be written
 */
export function rebuildProjections(database: Database): void {
  const projector = createProjector(database);
  try {
    database.transaction(() => projector.rebuild()).immediate();
  } catch (error) {
    throw writingError(error, database.name);
  }
}

function tapeOf(event: HeliographEvent | undefined): string | null {
  switch (event?.type) {
    case 'candle_closed':
    case 'trade_printed':
    case 'tape_ended':
      return event.data.tape.id;
    case 'trade_signal':
      return event.data.tape?.id ?? liveTape;
    default:
      return null;
  }
}
