import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { backUpLog } from '../upkeep/backup.ts';
import { openDatabase } from './database.ts';
import { makeTempFolder, openTempDatabase } from '../testing/temp-database.ts';

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** One sentence in one line, and an exit code. */
function userError(text: RegExp, exitCode = 78): object {
  const message = expect.stringMatching(new RegExp(`^(?=.*${text.source}).*\\.$`));
  return { name: 'UserError', exitCode, message };
}

describe('openDatabase', () => {
  test('makes a database, with its folder, that outlives a power cut', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'new', 'folder', 'log.db');
    const database = openDatabase(path);
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect({
      journal: pragma('journal_mode'),
      synchronous: pragma('synchronous'),
      foreignKeys: pragma('foreign_keys'),
      application: pragma('application_id'),
    }).toEqual({ journal: 'wal', synchronous: 2, foreignKeys: 1, application: 0x48454c49 });
    database.close();
  });

  test('has nothing but strict tables', () => {
    using temp = openTempDatabase();
    const loose = temp.database
      .prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0",
      )
      .all();
    expect(loose).toEqual([{ name: 'sqlite_schema' }]);
  });

  test('records each migration with name, hash and time', () => {
    using temp = openTempDatabase();
    expect(temp.database.prepare('SELECT * FROM migrations').all()).toEqual([
      {
        version: 1,
        name: '001-init',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        time: expect.any(Number),
      },
      {
        version: 2,
        name: '002-orders-and-incidents',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        time: expect.any(Number),
      },
      {
        version: 3,
        name: '003-runs-and-retention',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        time: expect.any(Number),
      },
    ]);
    expect(temp.database.pragma('user_version', { simple: true })).toBe(3);
  });

  test('leaves a database that is up to date as it is', () => {
    using temp = openTempDatabase();
    const id = () => temp.database.prepare('SELECT id FROM log').pluck().get();
    const before = id();
    openDatabase(temp.path).close();
    expect(id()).toBe(before);
  });

  test('gives each database a name of its own', () => {
    using one = openTempDatabase();
    using other = openTempDatabase();
    const [a, b] = [one, other].map(({ database }) => database.prepare('SELECT id FROM log').get());
    expect(a).not.toEqual(b);
  });

  test('refuses to change or delete what is logged', () => {
    using temp = openTempDatabase();
    temp.database.exec(`
      INSERT INTO streams VALUES (1, 'MARKET', 'a', 1, 0);
      INSERT INTO events VALUES (1, 1, 'id', 'type', 'subject', NULL, NULL, 0, 0, 0, '{}')`);
    expect(() => temp.database.exec("UPDATE events SET body = ''")).toThrow('never changed');
    expect(() => temp.database.exec('DELETE FROM events')).toThrow('never deleted');
  });

  test('reads without writing', () => {
    using temp = openTempDatabase();
    const reader = openDatabase(temp.path, { readOnly: true });
    expect(reader.prepare('SELECT count(*) FROM events').pluck().get()).toBe(0);
    expect(() => reader.exec('DELETE FROM candles')).toThrow('readonly');
    reader.close();
  });
});

describe('openDatabase says in one sentence what is wrong', () => {
  test('with a file to read that is not there', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'none.db');
    const error = failureOf(() => openDatabase(path, { readOnly: true }));
    expect(error).toMatchObject(userError(/none\.db: .*heliograph start/, 2));
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('with an empty file to read', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'empty.db');
    writeFileSync(path, '');
    expect(failureOf(() => openDatabase(path, { readOnly: true }))).toMatchObject(
      userError(/it is empty/),
    );
  });

  test('with a folder instead of a file', () => {
    using folder = makeTempFolder();
    expect(failureOf(() => openDatabase(folder.path))).toMatchObject(userError(/it is a folder/));
    expect(failureOf(() => openDatabase(folder.path, { readOnly: true }))).toMatchObject(
      userError(/it is a folder/),
    );
  });

  test('with a file that is no database', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'letter.txt');
    writeFileSync(path, 'Dear trade log, '.repeat(500));
    expect(failureOf(() => openDatabase(path))).toMatchObject(
      userError(/letter\.txt: it is not a SQLite database/),
    );
    expect(failureOf(() => openDatabase(path, { readOnly: true }))).toMatchObject(
      userError(/it is not a SQLite database/),
    );
  });

  test('with a damaged database', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'log.db');
    openDatabase(path).close();
    writeFileSync(path, readFileSync(path).fill(0xff, 100, 4_000));
    expect(failureOf(() => openDatabase(path))).toMatchObject(userError(/it is damaged/));
  });

  test('with the database of another program, which it leaves as it was', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'other.db');
    const other = new BetterSqlite3(path);
    other.exec('CREATE TABLE recipes (name TEXT)');
    other.close();
    const before = readFileSync(path);
    expect(failureOf(() => openDatabase(path))).toMatchObject(userError(/another program/));
    expect(readFileSync(path)).toEqual(before);
  });

  test('with a schema that is newer than it knows', () => {
    using temp = openTempDatabase();
    temp.database.pragma('user_version = 99');
    expect(failureOf(() => openDatabase(temp.path))).toMatchObject(
      userError(/version 99 and this program knows 3/),
    );
    expect(failureOf(() => openDatabase(temp.path, { readOnly: true }))).toMatchObject(
      userError(/version 99/),
    );
  });

  test('with a schema made by another edition of a migration', () => {
    using temp = openTempDatabase();
    temp.database.exec("UPDATE migrations SET hash = 'x'");
    expect(failureOf(() => openDatabase(temp.path))).toMatchObject(
      userError(/another edition of migration 001-init/),
    );
  });

  test('with a database to read that has not been migrated yet', () => {
    using temp = openTempDatabase();
    temp.database.exec('DELETE FROM migrations');
    temp.database.pragma('user_version = 0');
    expect(failureOf(() => openDatabase(temp.path, { readOnly: true }))).toMatchObject(
      userError(/it is empty/),
    );
  });

  test('with a folder that may not be written to', () => {
    using folder = makeTempFolder();
    const locked = join(folder.path, 'locked');
    mkdirSync(locked, { mode: 0o500 });
    // Nothing is forbidden to root but to make files of its own in /proc.
    const place = process.getuid?.() === 0 ? '/proc' : locked;
    expect(failureOf(() => openDatabase(join(place, 'log.db')))).toMatchObject(
      userError(/cannot be opened; give .* permission/),
    );
  });

  test('with no place for the files beside it, which a backup does not need', async () => {
    using temp = openTempDatabase();
    const copy = `${temp.path}-copy`;
    await backUpLog(temp.database, { to: copy });
    temp.database.close();
    mkdirSync(`${temp.path}-wal`);
    expect(failureOf(() => openDatabase(temp.path, { readOnly: true }))).toMatchObject(
      userError(/cannot be opened; .* backup/),
    );
    // The file format's read version, after https://sqlite.org/fileformat2.html: 2 is WAL.
    expect([temp.path, copy].map((path) => readFileSync(path)[19])).toEqual([2, 1]);
  });

  test('with a folder that cannot be made', () => {
    using folder = makeTempFolder();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const path = join(file, 'new', 'log.db');
    expect(failureOf(() => openDatabase(path))).toMatchObject(userError(/folder cannot be made/));
  });

  test('with a database that another program is writing to', () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'log.db');
    const writer = new BetterSqlite3(path);
    writer.exec('BEGIN EXCLUSIVE');
    expect(failureOf(() => openDatabase(path))).toMatchObject(
      userError(/another program is writing/),
    );
    writer.close();
  });
});
