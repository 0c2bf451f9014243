import type { Database } from 'better-sqlite3';
import { readingError } from './database-errors.ts';
import { ofNewestJournal } from './filter.ts';

/**
 * Up to when what a portfolio's newest journal was decided on has been pruned, epoch ms; undefined while all of it is there.
 * From its opening it can be neither replayed nor verified any more.
 */
export function inputsPrunedBefore(database: Database, portfolio: string): number | undefined {
  try {
    const pruned = database
      .prepare<[], number | null>('SELECT max(before_time) FROM prunings WHERE events > 0')
      .pluck()
      .get();
    // Signals go with the market of their time, and each decision names one.
    const lacking = database
      .prepare<[string], 1>(
        `SELECT 1 FROM decisions AS d
         WHERE ${ofNewestJournal('d.')} AND NOT EXISTS (SELECT 1 FROM signals WHERE id = d.signal_id) LIMIT 1`,
      )
      .pluck()
      .get(portfolio);
    return lacking === undefined ? undefined : (pruned ?? undefined);
  } catch (error) {
    throw readingError(error, database.name);
  }
}
