import { TransientError, UserError } from '@heliograph/contracts';
import BetterSqlite3 from 'better-sqlite3';

/** What SQLite says, by the part of its code before the details, and what it means to whoever runs the log. */
const meanings: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk is full; free some space',
  SQLITE_BUSY: 'another program is writing to it; wait for it or stop it',
  SQLITE_LOCKED: 'another program is writing to it; wait for it or stop it',
  SQLITE_IOERR: 'the disk reports an error; check it',
  SQLITE_READONLY: 'it may not be written to; give write permission to the file and its folder',
  SQLITE_PERM: 'it may not be used; give read and write permission to the file and its folder',
  // Also for reading: a log in WAL mode has files beside it that readers make.
  SQLITE_CANTOPEN:
    'it cannot be opened; give read and write permission to the file and its folder, copy it to one where you have that, or read a backup of it (`heliograph backup`), which needs no writing',
  SQLITE_CORRUPT: 'it is damaged; put a backup in its place, or move it away to begin a new one',
  SQLITE_NOTADB: 'it is not a SQLite database; name another file, or move this one away',
};

/** No waiting mends these: the file itself is wrong. */
const lasting: ReadonlySet<string> = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);

/**
 * What an error of SQLite means while a database is being opened or read: a UserError with the remedy, exit code 78. A full
 * disk is a TransientError here too. Other errors are handed back as they are.
 */
export function readingError(error: unknown, path: string): unknown {
  const found = explain(error, path);
  if (found === undefined) return error;
  const { code, message } = found;
  return code === 'SQLITE_FULL'
    ? new TransientError(code, message, { cause: error })
    : new UserError(message, { cause: error });
}

/**
 * What an error of SQLite means while the log is being written: a TransientError for all that may pass, a UserError for
 * a damaged file. Other errors are handed back as they are.
 */
export function writingError(error: unknown, path: string): unknown {
  const found = explain(error, path);
  if (found === undefined) return error;
  const { code, message } = found;
  return lasting.has(code)
    ? new UserError(message, { cause: error })
    : new TransientError(code, message, { cause: error });
}

function explain(error: unknown, path: string): { code: string; message: string } | undefined {
  if (!(error instanceof BetterSqlite3.SqliteError)) return undefined;
  const code = error.code.split('_').slice(0, 2).join('_');
  const meaning = meanings[code];
  return meaning === undefined ? undefined : { code, message: `${path}: ${meaning}.` };
}
