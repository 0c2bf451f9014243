import { readFileSync, writeFileSync } from 'node:fs';
import { aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import { expect, test } from 'vitest';
import { checkLog, type Finding } from './check-log.ts';
import { openDatabase } from '../store/database.ts';
import { createEventStore } from '../store/event-store.ts';
import { candleMessage, createJournal, createPlaces } from '../testing/history.ts';
import { openTempDatabase, type TempDatabase } from '../testing/temp-database.ts';

function openFilled(candles = 9): TempDatabase {
  const temp = openTempDatabase();
  const store = createEventStore(temp.database);
  const [market, trading] = [store.stream('MARKET', 'a').id, store.stream('TRADING', 'a').id];
  const place = createPlaces({ MARKET: market, TRADING: trading });
  const journal = createJournal('paper');
  store.keep([
    ...Array.from({ length: candles }, (_, at) =>
      place('MARKET', candleMessage(aCandleEvent({ at }))),
    ),
    place('TRADING', journal.opened()),
    place('TRADING', journal.intended(aSignal())),
  ]);
  return temp;
}

/** As another program would see it. */
function findings(path: string): readonly Finding[] {
  const database = openDatabase(path, { readOnly: true });
  try {
    return checkLog(database).findings;
  } finally {
    database.close();
  }
}

function tamper(database: Database, sql: string): void {
  database.exec('DROP TRIGGER events_are_only_pruned; DROP TRIGGER events_are_never_changed');
  database.exec(sql);
}

test('a log as it should be has no findings, and tells what it holds', () => {
  using temp = openFilled();
  const before = readFileSync(temp.path);
  const database = openDatabase(temp.path, { readOnly: true });
  const heard: number[] = [];
  const result = checkLog(database, { onProgress: (done, total) => heard.push(done, total) });
  expect(result.findings).toEqual([]);
  expect(result.streams).toMatchObject([
    { stream: 'MARKET', events: 9, first: 1, last: 9, gaps: [], pruned: 0, refused: 0 },
    { stream: 'TRADING', events: 2, first: 1, last: 2 },
  ]);
  expect(heard).toEqual([11, 11]);
  database.close();
  expect(readFileSync(temp.path), 'nothing is changed').toEqual(before);
});

test('events that are missing are found, one by one and at the end', () => {
  using temp = openFilled();
  tamper(temp.database, 'DELETE FROM events WHERE stream_id = 1 AND sequence IN (3, 5, 6, 9)');
  takeCandles(temp.database);
  expect(findings(temp.path)).toMatchObject([
    {
      check: 'sequences',
      text: expect.stringContaining('lacks 4 of its messages, at 3, 5 to 6, 9:'),
    },
  ]);
});

/** Brings the candles in line, so that only the sequences are wrong. */
function takeCandles(database: Database): void {
  database.exec('DELETE FROM candles WHERE sequence IN (3, 5, 6, 9)');
}

test('a message that was refused is not missing', () => {
  using temp = openTempDatabase();
  const store = createEventStore(temp.database);
  const streamId = store.stream('MARKET', 'a').id;
  const place = createPlaces({ MARKET: streamId });
  const entries = [0, 1, 2].map((at) => place('MARKET', candleMessage(aCandleEvent({ at }))));
  store.keep(
    entries.map((entry, at) =>
      at === 1 ? { ...entry, read: undefined, refusal: 'INVALID_JSON: no' } : entry,
    ),
  );
  expect(findings(temp.path)).toEqual([]);
});

test('a stream whose beginning had been dropped has no gap', () => {
  using temp = openTempDatabase();
  const store = createEventStore(temp.database);
  const place = createPlaces({ MARKET: store.stream('MARKET', 'a').id });
  place('MARKET', candleMessage(aCandleEvent()));
  store.keep([place('MARKET', candleMessage(aCandleEvent({ at: 1 })))]);
  expect(findings(temp.path)).toEqual([]);
});

test('derived rows that are wrong, missing or too many are found, with the remedy', () => {
  using temp = openFilled();
  temp.database.exec(`
    UPDATE orders SET filled_quantity = '7';
    DELETE FROM portfolios;
    INSERT INTO candles SELECT tape, 'other', symbol, timeframe, open_time, close_time, open, high, low, close, volume,
      stream_id, sequence FROM candles WHERE sequence = 1`);
  const remedy = `: \`heliograph rebuild --db ${temp.path}\` derives it again`;
  const text = (table: string, wrong: number, missing: number) =>
    `${table} is not what the events say (${wrong} rows are wrong or too many, ${missing} are wrong or missing)${remedy}`;
  expect(findings(temp.path)).toEqual([
    { check: 'projections', text: text('portfolios', 0, 1) },
    { check: 'projections', text: text('orders', 1, 1) },
    { check: 'projections', text: text('candles', 1, 0) },
  ]);
});

test('a reference that leads nowhere is found', () => {
  using temp = openFilled();
  temp.database.pragma('foreign_keys = OFF');
  temp.database.exec("INSERT INTO refused VALUES (77, 1, 'INVALID_JSON: no')");
  expect(findings(temp.path)).toMatchObject([
    { check: 'references', text: expect.stringContaining('a row of refused names one of streams') },
  ]);
});

test('a page that was overwritten is found, and nothing else is said', () => {
  using temp = openFilled(2_000);
  temp.database.pragma('wal_checkpoint(TRUNCATE)');
  temp.database.close();
  const bytes = readFileSync(temp.path);
  // Pages of 4 KiB: some in the middle, where events and candles are.
  writeFileSync(temp.path, bytes.fill(0x5a, 100 * 4_096, 104 * 4_096));
  const found = findings(temp.path);
  expect(found.length).toBeGreaterThan(0);
  for (const { check, text } of found) {
    expect(check).toBe('file');
    expect(text).toMatch(/^the file is damaged \(.*\): put a backup in its place$/);
  }
});

test('it looks at one moment while the log goes on', () => {
  using temp = openFilled();
  const store = createEventStore(temp.database);
  const { id } = store.stream('MARKET', 'a');
  const place = createPlaces({ MARKET: id });
  for (let at = 0; at < 9; at++) place('MARKET', candleMessage(aCandleEvent({ at })));
  const reader = openDatabase(temp.path, { readOnly: true });
  const { findings: found, streams } = checkLog(reader, {
    onProgress: () => store.keep([place('MARKET', candleMessage(aCandleEvent({ at: 9 })))]),
  });
  expect(found).toEqual([]);
  expect(streams[0]?.events).toBe(9);
  reader.close();
});
