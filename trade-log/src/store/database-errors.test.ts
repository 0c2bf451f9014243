import { TransientError, UserError } from '@heliograph/contracts';
import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { readingError, writingError } from './database-errors.ts';

function sqliteError(code: string): Error {
  return new BetterSqlite3.SqliteError('it went wrong', code);
}

test.each([
  'SQLITE_FULL',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_IOERR_FSYNC',
  'SQLITE_READONLY_DBMOVED',
])('%s while writing may pass', (code) => {
  const cause = sqliteError(code);
  const error = writingError(cause, 'log.db');
  expect(error).toBeInstanceOf(TransientError);
  expect(error).toMatchObject({ message: expect.stringMatching(/^log\.db: .*; .*\.$/), cause });
});

test.each(['SQLITE_CORRUPT_INDEX', 'SQLITE_NOTADB'])('%s while writing does not pass', (code) => {
  expect(writingError(sqliteError(code), 'log.db')).toBeInstanceOf(UserError);
});

test('a full disk may pass while a database is opened, too', () => {
  expect(readingError(sqliteError('SQLITE_FULL'), 'log.db')).toBeInstanceOf(TransientError);
});

test.each(['SQLITE_READONLY', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_PERM', 'SQLITE_CANTOPEN_ISDIR'])(
  '%s while a database is opened asks for permission',
  (code) => {
    const message = expect.stringContaining('permission');
    expect(readingError(sqliteError(code), 'log.db')).toMatchObject({ exitCode: 78, message });
  },
);

test('an error in a statement is nobody else’s and stays as it is', () => {
  const error = sqliteError('SQLITE_ERROR');
  expect(readingError(error, 'log.db')).toBe(error);
  expect(writingError(error, 'log.db')).toBe(error);
  const bug = new TypeError('a bug');
  expect(writingError(bug, 'log.db')).toBe(bug);
});
