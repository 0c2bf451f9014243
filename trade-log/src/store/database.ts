import { mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '@heliograph/contracts';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { readingError } from './database-errors.ts';
import { checkMigrated, migrate } from './migrate.ts';

/** Waiting for a lock stops the whole process, trading included: whoever is refused tries again by himself. */
const busyTimeoutMs = 250;

/**
 * Opens the log's database, made and brought up to date if need be, so that what is committed outlives a power cut.
 * Close it when done.
 *
 * With `readOnly` it has to be there and up to date, and is not written to. With `mustExist` it has to be there.
 * @throws UserError that names the path and the remedy: exit code 2 for a file to read that is not there, else 78
 * @throws TransientError SQLITE_FULL when the disk is full
 */
export function openDatabase(path: string, { readOnly = false, mustExist = false } = {}): Database {
  checkPath(path, readOnly || mustExist);
  if (!readOnly) makeFolder(path);
  let database: Database | undefined;
  try {
    database = new BetterSqlite3(path, { readonly: readOnly, timeout: busyTimeoutMs });
    if (readOnly) checkMigrated(database, path);
    else {
      // The binding's own default is NORMAL, which loses commits at a power cut.
      database.pragma('synchronous = FULL');
      database.pragma('foreign_keys = ON');
      // Under load the same pages change again and again; they are copied into the file a quarter as often.
      database.pragma('wal_autocheckpoint = 4000');
      migrate(database, path);
      // After the look at what it is: the mode stays in the file, and another program's file is left as it was.
      database.pragma('journal_mode = WAL');
      // SQLite opens what may not be written to without a word, and would refuse the first event instead.
      database.transaction(() => undefined).immediate();
    }
    return database;
  } catch (error) {
    database?.close();
    throw readingError(error, path);
  }
}

/** What SQLite would only call "unable to open". */
function checkPath(path: string, mustExist: boolean): void {
  const found = entryAt(path);
  if (found?.isDirectory())
    throw new UserError(
      `${path}: it is a folder; name a file in it, such as ${path}/heliograph.db.`,
    );
  if (found === undefined && mustExist)
    throw new UserError(`${path}: there is no such database; \`heliograph start\` creates one.`, {
      exitCode: 2,
    });
}

function entryAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new UserError(`${path}: it cannot be reached; give permission to its folder.`, { cause });
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw new UserError(`${path}: its folder cannot be made; name another, or give permission.`, {
      cause,
    });
  }
}
