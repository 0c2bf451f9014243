import { liveTape, toMs, TransientError, type HeliographEvent } from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import type { Database } from 'better-sqlite3';
import type { Place } from './changes.ts';
import { writingError } from './database-errors.ts';
import { createProjector } from '../projections/projector.ts';
import type { LoggedStream, ReadEvent } from './read-event.ts';
import { createRunManifest, type KeptRange, type RunFacts } from './run-manifest.ts';

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
  /** Why it could not be read. */
  readonly refusal?: string | undefined;
}

export interface EventStore {
  /** This database's own name. */
  readonly id: string;
  /**
   * The newest generation of the stream with that identity, noted down if it is new.
   * @throws TransientError while it cannot be written
   * @throws UserError when the file is damaged
   */
  stream(name: LoggedStream, identity: string): KnownStream;
  /** Begins another generation of it. */
  nextGeneration(name: LoggedStream, identity: string): KnownStream;
  /**
   * Writes down that a process has begun to write; one that nobody has ended before is called crashed.
   * @throws TransientError while it cannot be written
   */
  beginRun(facts: RunFacts): void;
  /**
   * Writes down that it has ended, clean or with what went wrong.
   * @throws TransientError while it cannot be written
   */
  endRun(failure?: string): void;
  /**
   * Keeps all entries and brings the derived tables up to date, or does nothing. What is there already is passed over.
   * @returns how many were new
   * @throws TransientError while it cannot be written; `streamRenewed` when another message has that sequence
   */
  keep(entries: readonly Entry[]): number;
}

/** The code of the error that says that a stream now holds other messages under sequences that were kept. */
export const streamRenewed = 'STREAM_RENEWED';

export function createEventStore(database: Database, nowMs: () => number = Date.now): EventStore {
  const projector = createProjector(database);
  const manifest = createRunManifest(database, nowMs);
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

  const addRefusal = database.prepare(
    'INSERT INTO refused (stream_id, sequence, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const prunedUpTo = database
    .prepare<[number, number], number>(
      `SELECT last_sequence FROM pruned WHERE stream_id = ? AND first_sequence <= ?
       ORDER BY first_sequence DESC LIMIT 1`,
    )
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
    const kept = new Map<number, KeptRange>();
    for (const { streamId, message, read, refusal = 'unreadable' } of entries) {
      const { sequence } = message;
      const before = reached.get(streamId) ?? lastSequence.get(streamId) ?? 0;
      reached.set(streamId, Math.max(before, sequence));
      if (read === undefined) {
        addRefusal.run(streamId, sequence, refusal);
        continue;
      }
      // A message that was lost on its way comes again after later ones; what was pruned does not come back.
      const isLate = sequence <= before;
      if (isLate && (prunedUpTo.get(streamId, sequence) ?? 0) >= sequence) continue;
      const place = { streamId, sequence, portfolio: read.portfolio };
      if (!add(read, message, place)) continue;
      kept.set(streamId, extended(kept.get(streamId), place));
      if (read.event === undefined) continue;
      if (isLate && place.portfolio !== null)
        disordered.set(`${streamId} ${place.portfolio}`, place);
      else projector.apply(read.event, place);
    }
    for (const journal of disordered.values()) projector.refold(journal);
    for (const [streamId, sequence] of reached) saveLastSequence.run(sequence, streamId);
    const ranges = [...kept.values()];
    manifest.note(ranges);
    return ranges.reduce((sum, { events }) => sum + events, 0);
  });

  const beginRun = database.transaction((facts: RunFacts) => manifest.begin(facts));

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
    stream: (name, identity) =>
      whileWriting(() => {
        const known = newestGeneration.get(name, identity);
        if (known === undefined) return nextGeneration(name, identity);
        return { ...known, lastKept: lastKept.get(known.id) };
      }),
    nextGeneration,
    beginRun: (facts) => whileWriting(() => beginRun.immediate(facts)),
    endRun: (failure) => whileWriting(() => manifest.end(failure)),
    keep: (entries) => whileWriting(() => keep.immediate(entries)),
  };
}

function extended(
  range: KeptRange | undefined,
  { streamId, sequence }: Pick<Place, 'streamId' | 'sequence'>,
): KeptRange {
  const { firstSequence = sequence, lastSequence = sequence, events = 0 } = range ?? {};
  return {
    streamId,
    firstSequence: Math.min(firstSequence, sequence),
    lastSequence: Math.max(lastSequence, sequence),
    events: events + 1,
  };
}

/**
 * Derives all tables again from the events, in one transaction. `onProgress` hears how many events are done, of how many.
 * @throws TransientError while it cannot be written
 */
export function rebuildProjections(
  database: Database,
  onProgress?: (done: number, total: number) => void,
): void {
  const projector = createProjector(database);
  try {
    database.transaction(() => projector.rebuild(onProgress)).immediate();
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
