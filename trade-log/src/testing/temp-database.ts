import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../store/database.ts';
import { commonTables, journalTables } from '../projections/projections.ts';

export interface TempDatabase extends Disposable {
  readonly path: string;
  readonly database: Database;
}

/** An empty folder that is taken away again. */
export function makeTempFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'heliograph-trade-log-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A new database in a folder of its own. */
export function openTempDatabase(): TempDatabase {
  const folder = makeTempFolder();
  const path = join(folder.path, 'log.db');
  const database = openDatabase(path);
  return {
    path,
    database,
    [Symbol.dispose]() {
      database.close();
      folder[Symbol.dispose]();
    },
  };
}

/** One that is never on a disk. */
export function openMemoryDatabase(): Disposable & Pick<TempDatabase, 'database'> {
  const database = openDatabase(':memory:');
  return { database, [Symbol.dispose]: () => void database.close() };
}

/** All rows of all derived tables. */
export function projectedRows(database: Database): Record<string, unknown[]> {
  const tables = [...journalTables, ...commonTables];
  return Object.fromEntries(
    tables.map((table) => {
      const rows = database.prepare(`SELECT * FROM ${table}`).all();
      return [table, rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
    }),
  );
}
