import type { Database } from 'better-sqlite3';
import { readingError } from '../store/database-errors.ts';
import { ofNewestJournal } from '../queries/filter.ts';
import type { PortfolioEnd } from '../queries/rows.ts';

/** The pruning that went furthest. Epoch ms. */
export interface Pruning {
  /** What was stored before it went. */
  readonly before: number;
  /** When it went. */
  readonly time: number;
}

/**
 * By what pruning something that a portfolio's newest journal was decided on is gone; undefined while all of it is there.
 * From its opening it can be neither replayed nor verified any more.
 */
export function inputsPruned(database: Database, portfolio: string): Pruning | undefined {
  return reading(database, () => {
    // Signals go with the market of their time, and each decision names one.
    const lacking = database
      .prepare<[string], 1>(
        `SELECT 1 FROM decisions AS d
         WHERE ${ofNewestJournal('d.')} AND NOT EXISTS (SELECT 1 FROM signals WHERE id = d.signal_id) LIMIT 1`,
      )
      .pluck()
      .get(portfolio);
    return lacking === undefined ? undefined : furthestPruning(database);
  });
}

/**
 * By what pruning candles of a portfolio's tape are gone of which so many are left; undefined while all of them are there.
 * A tape that has ended says how many it had. Of one that goes on those from before the portfolio are not missed.
 */
export function candlesPruned(
  database: Database,
  { portfolio, end }: { portfolio: string; end: Pick<PortfolioEnd, 'candles'> | null },
  left: number,
): Pruning | undefined {
  return reading(database, () => {
    const isOfMarket = database
      .prepare<[], 1>(
        "SELECT 1 FROM pruned JOIN streams ON streams.id = stream_id WHERE name = 'MARKET' LIMIT 1",
      )
      .pluck()
      .get();
    const pruning = isOfMarket && furthestPruning(database);
    if (!pruning) return undefined;
    const openedStored = database
      .prepare<[string], number>(
        `SELECT stored_time FROM events WHERE ${ofNewestJournal()} ORDER BY sequence LIMIT 1`,
      )
      .pluck();
    const isMissed = end
      ? left < end.candles
      : pruning.before > (openedStored.get(portfolio) ?? Infinity);
    return isMissed ? pruning : undefined;
  });
}

function furthestPruning(database: Database): Pruning | undefined {
  return database
    .prepare<[], Pruning>(
      'SELECT before_time AS before, time FROM prunings WHERE events > 0 ORDER BY before_time DESC LIMIT 1',
    )
    .get();
}

function reading<T>(database: Database, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw readingError(error, database.name);
  }
}
