import type { Database } from 'better-sqlite3';
import type { JournalPlan } from './plan-pruning.ts';
import { journalTables } from '../projections/projections.ts';
import type { Stretch } from './prune-stretches.ts';
import type { Span } from '../store/sequence-gaps.ts';

/** What takes events away; every call is a transaction of its own. */
export interface PruneWriter {
  /** @returns the number of this pruning */
  begin(nowMs: number, before: number): number;
  prune(pruningId: number, stretches: readonly Stretch[]): void;
  pruneJournal(pruningId: number, journal: Pick<JournalPlan, 'streamId' | 'portfolio'>): void;
}

export function createPruneWriter(database: Database): PruneWriter {
  const addPruning = database.prepare('INSERT INTO prunings (time, before_time) VALUES (?, ?)');
  const count = database.prepare('UPDATE prunings SET events = events + ? WHERE id = ?');
  const former = database.prepare<[number, number], { first: number; last: number }>(
    `SELECT first_sequence AS first, last_sequence AS last FROM pruned WHERE stream_id = ? AND first_sequence < ?
     ORDER BY first_sequence DESC LIMIT 1`,
  );
  const absorb = database.prepare(
    'DELETE FROM pruned WHERE stream_id = ? AND first_sequence BETWEEN ? AND ?',
  );
  const extend = database.prepare(
    'UPDATE pruned SET last_sequence = ? WHERE stream_id = ? AND first_sequence = ?',
  );
  const add = database.prepare('INSERT INTO pruned VALUES (?, ?, ?, ?)');
  const removeEvents = database.prepare(
    'DELETE FROM events WHERE stream_id = ? AND sequence BETWEEN ? AND ?',
  );
  const removeCandles = database.prepare(
    `DELETE FROM candles
     WHERE tape = ? AND close_time BETWEEN ? AND ? AND stream_id = ? AND sequence BETWEEN ? AND ?`,
  );
  const removeSignals = database.prepare(
    'DELETE FROM signals WHERE time BETWEEN ? AND ? AND stream_id = ? AND sequence BETWEEN ? AND ?',
  );
  const removeLetters = database.prepare(
    'DELETE FROM dead_letters WHERE stream_id = ? AND sequence BETWEEN ? AND ?',
  );
  const sequencesOf = database
    .prepare<[number, string], number>(
      'SELECT sequence FROM events WHERE stream_id = ? AND portfolio = ? ORDER BY sequence',
    )
    .pluck();

  /** Before the events: whatever is deleted without it is refused. */
  const note = (streamId: number, first: number, last: number, pruningId: number): void => {
    // What an earlier pruning has left between two events that go now.
    absorb.run(streamId, first, last);
    const { first: begin = 0, last: end = 0 } = former.get(streamId, first) ?? {};
    if (end === first - 1 && end > 0) extend.run(last, streamId, begin);
    else add.run(streamId, first, last, pruningId);
  };
  const remove = (streamId: number, first: number, last: number, pruningId: number): void => {
    note(streamId, first, last, pruningId);
    count.run(removeEvents.run(streamId, first, last).changes, pruningId);
  };

  return {
    begin: (nowMs, before) => Number(addPruning.run(nowMs, before).lastInsertRowid),
    prune: database.transaction((pruningId: number, stretches: readonly Stretch[]): void => {
      for (const { streamId, first, last, times } of stretches) {
        remove(streamId, first, last, pruningId);
        for (const [tape, { from, to }] of times) {
          removeCandles.run(tape, from, to, streamId, first, last);
          removeSignals.run(from, to, streamId, first, last);
        }
        removeLetters.run(streamId, first, last);
      }
    }).immediate,
    pruneJournal: database.transaction(
      (pruningId: number, { streamId, portfolio }: JournalPlan): void => {
        for (const { first, last } of runsOf(sequencesOf.all(streamId, portfolio)))
          remove(streamId, first, last, pruningId);
        for (const table of journalTables)
          database
            .prepare(`DELETE FROM ${table} WHERE stream_id = ? AND portfolio = ?`)
            .run(streamId, portfolio);
      },
    ).immediate,
  };
}

/** Ascending numbers as spans of those that follow each other. */
function runsOf(numbers: readonly number[]): Span[] {
  const spans: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const current = spans.at(-1);
    if (current?.last === number - 1) current.last = number;
    else spans.push({ first: number, last: number });
  }
  return spans;
}
