import { PermanentError, type HeliographEvent } from '@heliograph/contracts';
import type { Database, Statement } from 'better-sqlite3';
import type { Change, Place } from '../store/changes.ts';
import { commonTables, journalTables, project } from './projections.ts';
import { readEvent } from '../store/read-event.ts';

type OnProgress = (done: number, total: number) => void;

/** Keeps the derived tables. Every call belongs inside a transaction. */
export interface Projector {
  /** Projects an event that is newer than all that was projected of its journal. */
  apply(event: HeliographEvent, place: Place): void;
  /** Derives the rows of one journal again, from all its events in their order. */
  refold(journal: Pick<Place, 'streamId' | 'portfolio'>): void;
  /** Derives the rows of every journal again. */
  refoldAll(): void;
  /** Projects what is kept of a stream that has no journals once more: what is there already changes nothing. */
  applyStream(streamId: number): void;
  /** Derives all tables again. `onProgress` hears after every page how many events are done, of how many. */
  rebuild(onProgress?: OnProgress): void;
}

interface EventRow {
  readonly streamId: number;
  readonly sequence: number;
  readonly portfolio: string | null;
  readonly subject: string;
  readonly body: string;
}

const rowsAtOnce = 1_000;

export function createProjector(database: Database): Projector {
  const statements = new Map<string, Statement>();
  const run = ([sql, values]: Change): void => {
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, (statement = database.prepare(sql)));
    statement.run(values);
  };

  const earlierWithId = database.prepare<[string, string, number, number]>(
    // Left to itself, SQLite would look through the whole journal.
    `SELECT 1 FROM events INDEXED BY events_of_journal_by_id
     WHERE id = ? AND portfolio = ? AND stream_id = ? AND sequence < ?`,
  );
  const apply = (event: HeliographEvent, place: Place): void => {
    const { streamId, sequence, portfolio } = place;
    // Where one event follows another, the same one a second time would undo what came in between.
    if (portfolio !== null && earlierWithId.get(event.id, portfolio, streamId, sequence)) return;
    for (const change of project(event, place)) run(change);
  };

  /** Rows are read in pages: a connection that iterates cannot write. */
  const applyAll = (
    readPage: (last: Pick<Place, 'streamId' | 'sequence'>) => EventRow[],
    onPage?: (rows: number) => void,
  ): void => {
    let last = { streamId: 0, sequence: 0 };
    for (let rows = readPage(last); rows.length > 0; rows = readPage(last)) {
      for (const row of rows) {
        const event = knownEvent(row);
        if (event !== undefined) apply(event, row);
      }
      last = rows.at(-1) ?? last;
      onPage?.(rows.length);
    }
  };

  const select = 'SELECT stream_id AS streamId, sequence, portfolio, subject, body FROM events';
  const order = `ORDER BY stream_id, sequence LIMIT ${rowsAtOnce}`;
  const pageOfAll = database.prepare<[number, number], EventRow>(
    `${select} WHERE (stream_id, sequence) > (?, ?) ${order}`,
  );
  const pageOfJournal = database.prepare<[string | null, number, number], EventRow>(
    `${select} WHERE portfolio = ? AND stream_id = ? AND sequence > ? ${order}`,
  );

  const pageOfStream = database.prepare<[number, number], EventRow>(
    `${select} WHERE stream_id = ? AND sequence > ? ${order}`,
  );

  const journals = database.prepare<[], Pick<Place, 'streamId' | 'portfolio'>>(
    `SELECT DISTINCT stream_id AS streamId, portfolio FROM events WHERE portfolio IS NOT NULL`,
  );
  const refold: Projector['refold'] = ({ streamId, portfolio }) => {
    for (const table of journalTables)
      run([`DELETE FROM ${table} WHERE stream_id = ? AND portfolio = ?`, [streamId, portfolio]]);
    applyAll(({ sequence }) => pageOfJournal.all(portfolio, streamId, sequence));
  };

  return {
    apply,
    refold,
    refoldAll() {
      for (const journal of journals.all()) refold(journal);
    },
    applyStream: (streamId) => applyAll(({ sequence }) => pageOfStream.all(streamId, sequence)),
    rebuild(onProgress) {
      for (const table of [...journalTables, ...commonTables]) run([`DELETE FROM ${table}`, []]);
      const total = onProgress ? countEvents(database) : 0;
      let done = 0;
      applyAll(
        ({ streamId, sequence }) => pageOfAll.all(streamId, sequence),
        (rows) => {
          done += rows;
          onProgress?.(done, total);
        },
      );
    },
  };
}

function countEvents(database: Database): number {
  return database.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0;
}

/** What is kept was valid when it came; a later program may be stricter, and passes such an event over. */
function knownEvent(row: EventRow): HeliographEvent | undefined {
  try {
    return readEvent(row).event;
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}
