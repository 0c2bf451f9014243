import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredMessage } from '@heliograph/contracts/bus';
import { anExitSignal, aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { createEventStore, rebuildProjections, type Entry } from './event-store.ts';
import { readLogRuns } from './runs.ts';
import { readIncidents } from '../queries/account-queries.ts';
import { readOrders, readSignals } from '../queries/queries.ts';
import { readEvent } from './read-event.ts';
import {
  candleMessage,
  createJournal,
  createPlaces,
  signalMessage,
  startMs,
} from '../testing/history.ts';
import { makeTempFolder, openTempDatabase, projectedRows } from '../testing/temp-database.ts';

/** The steps as they were released, by their hashes: a database that was made by another edition is refused. */
const released = [
  ['001-init', '1864f22cfdb8175705b8453aec7c0ba0bc4f0af38400f38b1458d09cda5ce7a9'],
  ['002-orders-and-incidents', '8fa915d0274afc406d079aa3000b30e8ea1cdd4623433ae971fc5de6940ad5ef'],
] as const;

const steps = released.map(([name]) => {
  const sql = readFileSync(new URL(`../../migrations/${name}.sql`, import.meta.url), 'utf8');
  return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
});

/** A database as a program of that version left it; the caller closes it. */
function makeVersion(path: string, version: number): Database {
  const database = new BetterSqlite3(path);
  database.exec(
    'CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, time INTEGER NOT NULL) STRICT',
  );
  for (const [index, { name, sql, hash }] of steps.slice(0, version).entries()) {
    database.exec(sql);
    database.prepare('INSERT INTO migrations VALUES (?, ?, ?, 0)').run(index + 1, name, hash);
  }
  database.pragma('application_id = 0x48454c49');
  database.pragma(`user_version = ${version}`);
  database.pragma('journal_mode = WAL');
  return database;
}

const entry = aSignal();
const exit = anExitSignal({ time: '2026-01-05T00:05:00.000Z' });
const journal = createJournal('paper');
const streams = ['MARKET', 'SIGNALS', 'TRADING'] as const;

/** A trade, and at the end two events that a program of version 001 did not know. */
function history(idOf: (stream: (typeof streams)[number]) => number): Entry[] {
  const place = createPlaces(Object.fromEntries(streams.map((name) => [name, idOf(name)])));
  return [
    place('MARKET', candleMessage(aCandleEvent())),
    ...[entry, exit].map((signal) => place('SIGNALS', signalMessage(signal))),
    ...[
      journal.opened(),
      journal.intended(entry),
      journal.accepted(entry),
      journal.filled(entry),
      journal.positionChanged(entry, '1', '899.8'),
      journal.skipped(exit),
      journal.incident(9),
      journal.cancelIntended(entry),
    ].map((message) => place('TRADING', message)),
  ];
}

/** What an old version kept of that: all events, and rows of those that it knew. */
function fill(database: Database, version: number): void {
  const addStream = database.prepare(
    "INSERT INTO streams (name, identity, generation, last_sequence) VALUES (?, 'first', 1, 99)",
  );
  const entries = history((name) => Number(addStream.run(name).lastInsertRowid));
  const addEvent = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const { streamId, message, read } of entries) {
    const { sequence, id, subject, storedTime, body } = message;
    const { type = '', time = '' } = read?.envelope ?? {};
    const ms = Date.parse(time);
    addEvent.run(
      streamId,
      sequence,
      id,
      type,
      subject,
      read?.portfolio,
      null,
      ms,
      ms,
      storedTime,
      body,
    );
  }
  // An order that no event tells of: it goes when the tables are derived anew.
  database
    .prepare(
      `INSERT INTO orders (portfolio, order_id, signal_id, time, strategy, venue, symbol, intent, side, order_type, size,
         reduce_only, expiry_time, reference_price, status, status_time, filled_quantity, stream_id, sequence
         ${version > 1 ? ', role, attempt' : ''})
       VALUES ('paper', 'stale', ?, 0, 's', 'v', 'S', 'enter', 'buy', 'market', '{}', 0, 0, '1', 'intended', 0, '0', 3, 2
         ${version > 1 ? ", 'entry', 1" : ''})`,
    )
    .run(entry.id);
  // What does not belong to a journal stays as it is.
  database.exec(
    `INSERT INTO candles VALUES ('old', 'v', 'S', '1m', 0, 1, '1', '1', '1', '1', '1', 1, 77)`,
  );
}

test.each(steps.map(({ name, hash }, index) => [name, hash, released[index]?.[1]]))(
  'the step %s is as it was released',
  (_name, hash, expected) => {
    expect(hash).toBe(expected);
  },
);

test.each([1, 2])('a database of version %d comes to hold what a new one would hold', (version) => {
  using folder = makeTempFolder();
  const path = join(folder.path, 'old.db');
  const old = makeVersion(path, version);
  fill(old, version);
  old.close();

  const database = openDatabase(path);
  using temp = openTempDatabase();
  const store = createEventStore(temp.database);
  store.keep(history((name) => store.stream(name, 'first').id));
  const { candles: oldCandles, signals: _, ...migrated } = projectedRows(database);
  const { candles: __, signals: ___, ...made } = projectedRows(temp.database);
  expect(migrated).toEqual(made);
  expect(oldCandles).toMatchObject([{ tape: 'old' }]);
  expect(readOrders(database)).toMatchObject([
    { signalId: entry.id, role: 'entry', status: 'filled', cancelReason: 'CANCEL_REQUESTED' },
  ]);
  expect(readIncidents(database)).toMatchObject([{ kind: 'VENUE_UNREACHABLE' }]);

  rebuildProjections(database);
  expect(projectedRows(database)).toEqual(projectedRows(temp.database));
  expect(readSignals(database)).toMatchObject([{ status: 'filled' }, { status: 'skipped' }]);
  database.close();
});

test.each([1, 2])('a database migrated from version %d takes what comes next', (version) => {
  using folder = makeTempFolder();
  const path = join(folder.path, 'old.db');
  const old = makeVersion(path, version);
  fill(old, version);
  old.close();
  const database = openDatabase(path);
  const store = createEventStore(database);
  const known = store.stream('TRADING', 'first');
  expect(known.lastSequence).toBe(99);
  const message: StoredMessage = {
    ...journal.triggered(entry),
    stream: 'TRADING',
    sequence: 100,
    storedTime: startMs,
  };
  store.keep([{ streamId: known.id, message, read: readEvent(message) }]);
  expect(readOrders(database)).toMatchObject([{ status: 'triggered', triggerPrice: '94.9' }]);
  store.beginRun({ programVersion: '9' });
  expect(readLogRuns(database)).toMatchObject([{ schemaVersion: 3, outcome: 'open' }]);
  database.close();
});

test.each([1, 2])(
  'a database of version %d cannot be read before it is brought up to date',
  (version) => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'old.db');
    makeVersion(path, version).close();
    expect(() => openDatabase(path, { readOnly: true })).toThrow(
      /old\.db: it was made by an older version of this program; .* brings it up to date\.$/,
    );
  },
);

test('a migration that fails leaves the database as it was', () => {
  using folder = makeTempFolder();
  const path = join(folder.path, 'old.db');
  const old = makeVersion(path, 1);
  fill(old, 1);
  // Something that stands in the way of the last table of the step.
  old.exec('CREATE TABLE instruments (mine TEXT)');
  old.close();
  expect(() => openDatabase(path)).toThrow('instruments already exists');
  const again = new BetterSqlite3(path);
  expect(again.pragma('user_version', { simple: true })).toBe(1);
  expect(again.prepare('SELECT order_id FROM orders').pluck().all()).toEqual(['stale']);
  again.close();
});

test('what an old log has refused is known to be refused', () => {
  using folder = makeTempFolder();
  const path = join(folder.path, 'old.db');
  const old = makeVersion(path, 2);
  fill(old, 2);
  old.exec(`
    INSERT INTO dead_letters SELECT 'one', 1, 'trade-log-' || id, 'MARKET', 5, 's', 'INVALID_JSON: no', 1, '{', 9, 1 FROM log;
    INSERT INTO dead_letters VALUES ('two', 1, 'execution', 'MARKET', 6, 's', 'INVALID_JSON: no', 1, '{', 9, 2)`);
  old.close();
  const database = openDatabase(path);
  expect(database.prepare('SELECT stream_id, sequence, reason FROM refused').all()).toEqual([
    { stream_id: 1, sequence: 5, reason: 'INVALID_JSON: no' },
  ]);
  database.close();
});
