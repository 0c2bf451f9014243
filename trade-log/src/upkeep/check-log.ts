import type { Database } from 'better-sqlite3';
import { readingError } from '../store/database-errors.ts';
import { commonTables, journalTables } from '../projections/projections.ts';
import { createProjector } from '../projections/projector.ts';
import { readExtents, type StreamExtent } from '../store/sequence-gaps.ts';

/** Something that is not as it should be, and how to mend it. */
export interface Finding {
  readonly check: 'file' | 'references' | 'sequences' | 'projections';
  readonly text: string;
}

export interface CheckResult {
  readonly findings: readonly Finding[];
  /** Empty when the file itself is damaged. */
  readonly streams: readonly StreamExtent[];
}

export interface CheckOptions {
  /** How many events have been derived again, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const shown = 5;

/**
 * Looks whether the file is whole, every reference leads somewhere, no sequence is missing, and the derived tables are
 * what the events say. They are derived again into temporary tables, beside a log that goes on being written: what is
 * looked at is as it was when the check began, and nothing is changed.
 */
export function checkLog(database: Database, { onProgress }: CheckOptions = {}): CheckResult {
  const look = database.transaction((): CheckResult => {
    const damage = checkFile(database);
    if (damage.length > 0) return { findings: damage, streams: [] };
    const streams = readExtents(database);
    return {
      streams,
      findings: [
        ...checkReferences(database),
        ...streams.flatMap(checkSequences),
        ...checkProjections(database, onProgress),
      ],
    };
  });
  try {
    return look.deferred();
  } catch (error) {
    throw readingError(error, database.name);
  }
}

function checkFile(database: Database): Finding[] {
  return database
    .prepare<[], string>(`PRAGMA integrity_check(${shown})`)
    .pluck()
    .all()
    .filter((line) => line !== 'ok')
    .map((line) => ({
      check: 'file',
      text: `the file is damaged (${line.replaceAll('\n', ' ')}): put a backup in its place`,
    }));
}

function checkReferences(database: Database): Finding[] {
  return database
    .prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check')
    .all()
    .slice(0, shown)
    .map(({ table, parent }) => ({
      check: 'references',
      text: `a row of ${table} names one of ${parent} that is not there: put a backup in its place`,
    }));
}

function checkSequences({ stream, streamId, gaps }: StreamExtent): Finding[] {
  const missing = gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (missing === 0) return [];
  const where = gaps.slice(0, shown).map(({ first, last }) => textOf(first, last));
  const more = gaps.length > shown ? ` and ${gaps.length - shown} more places` : '';
  return [
    {
      check: 'sequences',
      text: `${stream} (${streamId}) lacks ${missing} of its messages, at ${where.join(', ')}${more}: the stream had dropped them before they were read, or somebody has deleted them here`,
    },
  ];
}

function textOf(first: number, last: number): string {
  return first === last ? String(first) : `${first} to ${last}`;
}

function checkProjections(database: Database, onProgress: CheckOptions['onProgress']): Finding[] {
  const tables = [...journalTables, ...commonTables];
  const definitionOf = database
    .prepare<[string], string>(
      "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?",
    )
    .pluck();
  // A temporary table goes before one of the file with the same name: what is derived goes there.
  for (const table of tables)
    database.exec(
      String(definitionOf.get(table)).replace(/^CREATE TABLE/, () => 'CREATE TEMPORARY TABLE'),
    );
  try {
    createProjector(database).rebuild(onProgress);
    return tables.flatMap((table) => compare(database, table));
  } finally {
    for (const table of tables) database.exec(`DROP TABLE temp.${table}`);
  }
}

function compare(database: Database, table: string): Finding[] {
  const columns = database
    .prepare<[string], { name: string; key: number }>(
      "SELECT name, pk AS key FROM pragma_table_info(?, 'main')",
    )
    .all(table);
  const same = columns.map(({ name, key }) => `b.${name} ${key > 0 ? '=' : 'IS'} a.${name}`);
  const lacking = (one: string, other: string): number =>
    database
      .prepare<[], number>(
        `SELECT count(*) FROM ${one}.${table} AS a
         WHERE NOT EXISTS (SELECT 1 FROM ${other}.${table} AS b WHERE ${same.join(' AND ')})`,
      )
      .pluck()
      .get() ?? 0;
  const [wrong, missing] = [lacking('main', 'temp'), lacking('temp', 'main')];
  if (wrong + missing === 0) return [];
  return [
    {
      check: 'projections',
      text: `${table} is not what the events say (${wrong} rows are wrong or too many, ${missing} are wrong or missing): \`heliograph rebuild --db ${database.name}\` derives it again`,
    },
  ];
}
