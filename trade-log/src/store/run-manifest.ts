import type { Database } from 'better-sqlite3';

/** What a run of the trade log says of itself. */
export interface RunFacts {
  /** Of the program that writes. */
  readonly programVersion: string;
  /** Of the message server, where it is known. */
  readonly natsVersion?: string | undefined;
  /** Of what the process was told: equal hashes mean an equal command line and configuration. */
  readonly configHash?: string | undefined;
}

/** What a batch has brought of one stream. */
export interface KeptRange {
  readonly streamId: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly events: number;
}

/** The manifest of one run; every call belongs inside a transaction. */
export interface RunManifest {
  /** Begins it. One that nobody has ended before is called crashed. */
  begin(facts: RunFacts): void;
  /** Adds what was kept. Nothing before it has begun. */
  note(ranges: readonly KeptRange[]): void;
  /** Ends it, clean or with what went wrong. Nothing when it has not begun or has ended. */
  end(failure?: string): void;
}

export function createRunManifest(database: Database, nowMs: () => number): RunManifest {
  const markCrashed = database.prepare(
    "UPDATE runs SET outcome = 'crashed' WHERE outcome = 'open'",
  );
  const add = database.prepare(
    `INSERT INTO runs
       (program_version, schema_version, node_version, nats_version, config_hash, started_time, last_time, outcome)
     SELECT @programVersion, max(version), @nodeVersion, @natsVersion, @configHash, @nowMs, @nowMs, 'open'
     FROM migrations`,
  );
  // Of two that write into one file the second called the first one crashed: who writes is not.
  const touch = database.prepare("UPDATE runs SET last_time = ?, outcome = 'open' WHERE id = ?");
  const addRange = database.prepare(
    `INSERT INTO run_ranges (run_id, stream_id, first_sequence, last_sequence, events) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET first_sequence = min(first_sequence, excluded.first_sequence),
       last_sequence = max(last_sequence, excluded.last_sequence), events = events + excluded.events`,
  );
  const finish = database.prepare(
    'UPDATE runs SET outcome = ?, detail = ?, last_time = ? WHERE id = ?',
  );
  let run: number | bigint | undefined;

  return {
    begin({ programVersion, natsVersion, configHash }) {
      markCrashed.run();
      const { lastInsertRowid } = add.run({
        programVersion,
        nodeVersion: process.version,
        natsVersion: natsVersion ?? null,
        configHash: configHash ?? null,
        nowMs: nowMs(),
      });
      run = lastInsertRowid;
    },
    note(ranges) {
      if (run === undefined) return;
      for (const { streamId, firstSequence, lastSequence, events } of ranges)
        addRange.run(run, streamId, firstSequence, lastSequence, events);
      touch.run(nowMs(), run);
    },
    end(failure) {
      if (run === undefined) return;
      finish.run(failure === undefined ? 'clean' : 'failed', failure ?? null, nowMs(), run);
      run = undefined;
    },
  };
}
