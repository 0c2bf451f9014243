import { existsSync, rmSync } from 'node:fs';
import { UserError } from '@heliograph/contracts';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { readingError, writingError } from '../store/database-errors.ts';
import { beginDraft, companions, isSystemError, putDraft } from './draft.ts';
import { isSameFile } from '../store/same-file.ts';

export interface BackupOptions {
  /** Where the copy is to be. */
  readonly to: string;
  /** Whether what is there may be replaced. Default false. */
  readonly force?: boolean | undefined;
  /** How many pages are copied, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface BackupResult {
  readonly to: string;
  readonly bytes: number;
  /** Rows of each table, counted in the copy. */
  readonly rows: Readonly<Record<string, number>>;
}

/** 16 MiB: then others have a turn. */
const pagesAtOnce = 4_096;

/**
 * Copies the log into another file while it is being written: what was committed when it began. The copy is made beside
 * its place, checked whole and compared with the original, and only then put there; an interrupted one leaves nothing
 * under that name, and what one that was killed has left beside it the next one removes. It needs no other file, so it can be kept anywhere.
 * @throws UserError when there is something already, when the copy is not what it should be, or the log is damaged
 * @throws TransientError when there is no room
 */
export async function backUpLog(
  database: Database,
  { to, force = false, onProgress }: BackupOptions,
): Promise<BackupResult> {
  if (isSameFile(to, database.name))
    throw new UserError(`${to}: that is the log itself; name another file.`, { exitCode: 2 });
  if (existsSync(to) && !force) throw alreadyThere(to);
  const draft = beginDraft(to);
  try {
    const expected = await copy(database, draft, onProgress);
    const result = verified(draft, expected, to);
    if (!putDraft(draft, to, { force })) throw alreadyThere(to);
    return result;
  } catch (error) {
    throw error instanceof UserError ? error : failed(error, to);
  } finally {
    for (const suffix of ['', ...companions]) rmSync(draft + suffix, { force: true });
  }
}

/** @returns the rows of each table at the moment that was copied */
async function copy(
  database: Database,
  draft: string,
  onProgress: BackupOptions['onProgress'],
): Promise<Record<string, number>> {
  // One view from the first page to the last: without it, every write of another process would begin it anew.
  database.exec('BEGIN');
  try {
    const rows = countRows(database);
    await database.backup(draft, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress?.(totalPages - remainingPages, totalPages);
        return pagesAtOnce;
      },
    });
    return rows;
  } catch (error) {
    const found = readingError(error, database.name);
    // No room is said of the copy.
    throw found instanceof UserError && isDamage(error) ? found : error;
  } finally {
    database.exec('COMMIT');
  }
}

function verified(draft: string, expected: Record<string, number>, to: string): BackupResult {
  const made = new BetterSqlite3(draft);
  try {
    // Without a log beside it: one file is all there is.
    made.pragma('journal_mode = DELETE');
    const complaint = String(made.pragma('integrity_check(1)', { simple: true }));
    if (complaint !== 'ok')
      throw new UserError(
        `${to}: the copy is damaged (${complaint}); check the log and the disk.`,
        {
          exitCode: 1,
        },
      );
    const rows = countRows(made);
    for (const [table, count] of Object.entries(expected))
      if (rows[table] !== count)
        throw new UserError(
          `${to}: the copy has ${rows[table] ?? 0} rows of ${table} and the log ${count}; check the disk.`,
          { exitCode: 1 },
        );
    const bytes =
      Number(made.pragma('page_count', { simple: true })) *
      Number(made.pragma('page_size', { simple: true }));
    return { to, bytes, rows };
  } finally {
    made.close();
  }
}

function countRows(database: Database): Record<string, number> {
  const tables = database
    .prepare<[], string>("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  return Object.fromEntries(
    tables.map((table) => [
      table,
      database.prepare<[], number>(`SELECT count(*) FROM main."${table}"`).pluck().get() ?? 0,
    ]),
  );
}

function alreadyThere(to: string): UserError {
  return new UserError(
    `${to}: there is a file already; name another, or replace it with --force.`,
    {
      exitCode: 2,
    },
  );
}

function isDamage(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && /CORRUPT|NOTADB/.test(error.code);
}

function failed(error: unknown, to: string): unknown {
  if (isSystemError(error) || error instanceof TypeError)
    return new UserError(`${to}: it cannot be written (${error.message}).`, { cause: error });
  return writingError(error, to);
}
