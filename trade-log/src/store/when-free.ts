import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';

const busyRetryMs = 50;
const busyForMs = 30_000;

/**
 * Another program that writes to a log lets go of it within a moment, and whoever waits lets it.
 * @throws what the work has thrown, when the log is busy for half a minute on end as well
 */
export async function whenFree<T>(work: () => T): Promise<T> {
  const deadline = performance.now() + busyForMs;
  for (;;)
    try {
      const result = work();
      await sleep(0);
      return result;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await sleep(busyRetryMs);
    }
}

/** SQLite says so itself, or it is the cause of what is said to people. */
function isBusy(error: unknown): boolean {
  if (error instanceof BetterSqlite3.SqliteError) return error.code.startsWith('SQLITE_BUSY');
  return error instanceof Error && error.cause !== undefined && isBusy(error.cause);
}
