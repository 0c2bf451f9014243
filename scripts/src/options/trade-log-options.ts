import { UserError } from '@heliograph/contracts';
import { openDatabase, readPortfolio, readPortfolios, whenFree } from '@heliograph/trade-log';
import { z } from 'zod';
import { readOptions, type Invocation } from '../invocation.ts';

export type Database = ReturnType<typeof openDatabase>;

export const DatabaseOptions = z.object({ db: z.string().min(1, 'expected a file') });

/** The trade log, to be read only; disposing closes it. */
export function openLog(invocation: Invocation): { database: Database } & Disposable {
  const database = openDatabase(readOptions(invocation, DatabaseOptions).db, { readOnly: true });
  return { database, [Symbol.dispose]: () => void database.close() };
}

/** The trade log, to be changed, once nobody else is at it; it has to be there. Disposing closes it. */
export async function openLogToWrite(
  invocation: Invocation,
): Promise<{ database: Database } & Disposable> {
  const { db } = readOptions(invocation, DatabaseOptions);
  const database = await whenFree(() => openDatabase(db, { mustExist: true }));
  return { database, [Symbol.dispose]: () => void database.close() };
}

/**
 * The portfolio that is meant: by its name or that of its tape, or without either the one that was opened last;
 * undefined in a log without any.
 * @throws UserError when there is none of that name
 */
export function findPortfolio(database: Database, name: string | undefined, flag: string) {
  if (name === undefined) return readPortfolio(database);
  const all = readPortfolios(database);
  const found = all.findLast(({ portfolio, tape }) => portfolio === name || tape === name);
  if (found) return found;
  const names = all.slice(-shownNames).map(({ portfolio }) => portfolio);
  const known = names.length === 0 ? 'the log has none' : `the latest are ${names.join(', ')}`;
  throw new UserError(`${flag}: there is no portfolio ${name}; ${known}`, { exitCode: 2 });
}

const shownNames = 5;
