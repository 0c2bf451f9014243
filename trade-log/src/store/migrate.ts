import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { UserError } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { createProjector } from '../projections/projector.ts';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly hash: string;
}

/** 'HELI': tells the log's databases from anybody else's. */
const applicationId = 0x48454c49;

/**
 * Brings a database to the newest schema, all of it in one transaction, and derives the tables of the journals again: a
 * newer program knows events that an older one has only kept. One that is new already is not written to.
 * @throws UserError when it is another program's, was made by a newer program, or by another edition of a step
 */
export function migrate(database: Database, path: string): void {
  const migrations = readMigrations();
  const version = checkVersion(database, path, migrations);
  if (version === migrations.length) return;
  database
    .transaction(() => {
      // Somebody else may have been quicker between the look and the lock.
      const before = integerPragma(database, 'user_version');
      for (const migration of migrations.slice(before)) apply(database, migration);
      if (before > 0 && before < migrations.length) createProjector(database).refoldAll();
    })
    .immediate();
}

/** @throws UserError as `migrate`, and when steps are missing */
export function checkMigrated(database: Database, path: string): void {
  const migrations = readMigrations();
  const version = checkVersion(database, path, migrations);
  if (version === 0)
    throw new UserError(`${path}: it is empty; \`heliograph start --db ${path}\` fills it.`);
  if (version < migrations.length)
    throw new UserError(
      `${path}: it was made by an older version of this program; \`heliograph migrate --db ${path}\` brings it up to date.`,
    );
}

/** @returns the number of the last step that the database has, 0 for none */
function checkVersion(database: Database, path: string, migrations: readonly Migration[]): number {
  const version = integerPragma(database, 'user_version');
  const isOurs = integerPragma(database, 'application_id') === applicationId;
  if (!isOurs && (version > 0 || hasTables(database)))
    throw new UserError(`${path}: it is the database of another program; name another file.`);
  if (!isOurs) return 0;
  if (version > migrations.length)
    throw new UserError(
      `${path}: its schema has version ${version} and this program knows ${migrations.length}; use the newer program that made it.`,
    );
  const applied = database
    .prepare<[], { version: number; name: string; hash: string }>(
      'SELECT version, name, hash FROM migrations ORDER BY version',
    )
    .all();
  for (const step of applied)
    if (migrations[step.version - 1]?.hash !== step.hash)
      throw new UserError(
        `${path}: its schema comes from another edition of migration ${step.name}; use the program that made it.`,
      );
  return version;
}

function apply(database: Database, { version, name, sql, hash }: Migration): void {
  if (version === 1)
    database.exec(
      'CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, time INTEGER NOT NULL) STRICT',
    );
  database.exec(sql);
  database
    .prepare('INSERT INTO migrations VALUES (?, ?, ?, ?)')
    .run(version, name, hash, Date.now());
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${version}`);
}

/** The steps in `migrations/`, `001-init.sql` first. */
function readMigrations(): Migration[] {
  const folder = new URL('../../migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file, index) => {
      const name = file.slice(0, -'.sql'.length);
      const version = index + 1;
      if (Number(name.slice(0, 3)) !== version)
        throw new Error(`migrations/${file}: expected the number ${version}`);
      const sql = readFileSync(new URL(file, folder), 'utf8');
      return { version, name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    });
}

function integerPragma(database: Database, name: 'user_version' | 'application_id'): number {
  return Number(database.pragma(name, { simple: true }));
}

function hasTables(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
}
