import { canonicalJson, deterministicId } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { readingError } from './database-errors.ts';

/** Sequences of one stream, both ends included. `stream` is its name, `streamId` this storage of it. */
interface SequenceRange {
  readonly stream: string;
  readonly streamId: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly events: number;
}

/** A process that wrote the log. */
export interface LogRunRow {
  readonly id: number;
  readonly programVersion: string;
  readonly schemaVersion: number;
  readonly nodeVersion: string;
  readonly natsVersion: string | null;
  readonly configHash: string | null;
  readonly startedTime: number;
  /** The end, or the last batch before a crash. */
  readonly lastTime: number;
  /** `open`: it runs, or it was killed and none has begun since. */
  readonly outcome: 'open' | 'clean' | 'failed' | 'crashed';
  readonly detail: string | null;
  readonly ranges: readonly SequenceRange[];
}

/** A journal of a portfolio, as it is logged. */
export interface PortfolioRunRow extends SequenceRange {
  readonly portfolio: string;
  readonly mode: string;
  readonly tape: string;
  readonly decisionsVersion: number;
  /** Of the settings that hold: equal hashes mean equal settings. */
  readonly settingsHash: string;
  readonly openedTime: number;
  /** When its tape ended; null while it goes on. */
  readonly endedTime: number | null;
}

/** The last so many processes that wrote the log, the latest at the end. */
export function readLogRuns(database: Database, limit = -1): LogRunRow[] {
  return reading(database, () => {
    const ranges = database.prepare<[number], SequenceRange>(
      `SELECT s.name AS stream, s.id AS streamId, first_sequence AS firstSequence, r.last_sequence AS lastSequence, events
       FROM run_ranges AS r JOIN streams AS s ON s.id = r.stream_id WHERE run_id = ? ORDER BY s.name, s.id`,
    );
    return database
      .prepare<[number], Omit<LogRunRow, 'ranges'>>(
        `SELECT id, program_version AS programVersion, schema_version AS schemaVersion, node_version AS nodeVersion,
           nats_version AS natsVersion, config_hash AS configHash, started_time AS startedTime, last_time AS lastTime,
           outcome, detail
         FROM runs ORDER BY id DESC LIMIT ?`,
      )
      .all(limit)
      .toReversed()
      .map((run) => ({ ...run, ranges: ranges.all(run.id) }));
  });
}

/** The last so many journals of portfolios, the one that was opened last at the end. */
export function readPortfolioRuns(database: Database, limit = -1): PortfolioRunRow[] {
  return reading(database, () =>
    database
      .prepare<[number], Omit<PortfolioRunRow, 'settingsHash'> & { settings: string }>(
        `SELECT p.portfolio, p.mode, p.tape, p.decisions_version AS decisionsVersion, p.settings,
           p.opened_time AS openedTime, p.ended_time AS endedTime, s.name AS stream, s.id AS streamId,
           (SELECT min(sequence) FROM events WHERE portfolio = p.portfolio AND stream_id = p.stream_id) AS firstSequence,
           (SELECT max(sequence) FROM events WHERE portfolio = p.portfolio AND stream_id = p.stream_id) AS lastSequence,
           (SELECT count(*) FROM events WHERE portfolio = p.portfolio AND stream_id = p.stream_id) AS events
         FROM (SELECT * FROM portfolios ORDER BY stream_id DESC, sequence DESC LIMIT ?) AS p
         JOIN streams AS s ON s.id = p.stream_id
         ORDER BY p.stream_id, p.sequence`,
      )
      .all(limit)
      .map(({ settings, ...run }) => ({ ...run, settingsHash: hashOf(settings) })),
  );
}

function hashOf(settings: string): string {
  return deterministicId('settings', canonicalJson(JSON.parse(settings)));
}

function reading<T>(database: Database, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw readingError(error, database.name);
  }
}
