import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { aCandleEvent } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { backUpLog } from './backup.ts';
import { checkLog } from './check-log.ts';
import { openDatabase } from '../store/database.ts';
import { createEventStore } from '../store/event-store.ts';
import { candleMessage, createPlaces } from '../testing/history.ts';
import { makeTempFolder } from '../testing/temp-database.ts';

function makeLog(path: string, candles = 50): void {
  const database = openDatabase(path);
  const store = createEventStore(database);
  const place = createPlaces({ MARKET: store.stream('MARKET', 'a').id });
  store.keep(
    Array.from({ length: candles }, (_, at) =>
      place('MARKET', candleMessage(aCandleEvent({ at }))),
    ),
  );
  database.close();
}

test('a copy is whole, holds what the log holds, and is one file', async () => {
  using folder = makeTempFolder();
  const [path, to] = [join(folder.path, 'log.db'), join(folder.path, 'copy.db')];
  makeLog(path);
  const source = openDatabase(path, { readOnly: true });
  const heard: number[] = [];
  const { rows, bytes } = await backUpLog(source, { to, onProgress: (done) => heard.push(done) });
  source.close();
  expect(rows).toMatchObject({ events: 50, candles: 50, streams: 1, log: 1 });
  expect(readFileSync(to)).toHaveLength(bytes);
  expect(heard.length).toBeGreaterThan(0);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  const copy = openDatabase(to);
  expect(checkLog(copy).findings).toEqual([]);
  expect(copy.pragma('journal_mode', { simple: true }), 'and can be gone on with').toBe('wal');
  copy.close();
});

test('a log that another process writes all the time is copied as it was at one moment', async () => {
  using folder = makeTempFolder();
  const [path, to] = [join(folder.path, 'log.db'), join(folder.path, 'copy.db')];
  makeLog(path, 3_000);
  const writer = spawn(
    process.execPath,
    [fileURLToPath(new URL('../testing/write-log.ts', import.meta.url)), path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(writer.stdout, 'data');
  const source = openDatabase(path, { readOnly: true });
  const count = source.prepare<[], number>('SELECT count(*) FROM events').pluck();
  for (let round = 0; round < 5; round++) {
    const before = count.get() ?? 0;
    const { rows } = await backUpLog(source, { to, force: true });
    expect(rows['events']).toBeGreaterThanOrEqual(before);
    const copy = openDatabase(to, { readOnly: true });
    expect(checkLog(copy).findings).toEqual([]);
    copy.close();
    await sleep(20);
  }
  const last = count.get() ?? 0;
  await expect.poll(() => count.get()).toBeGreaterThan(last);
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  source.close();
});

test('what a killed backup has left the next one removes; what one that lives is making stays', async () => {
  using folder = makeTempFolder();
  const [path, to] = [join(folder.path, 'log.db'), join(folder.path, 'copy.db')];
  makeLog(path, 2_000);
  const program = fileURLToPath(new URL('../testing/run-backup.ts', import.meta.url));
  const other = spawn(process.execPath, [program, path, to], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  const parts = () => readdirSync(folder.path).filter((name) => name.startsWith('copy.db.part-'));
  const living = parts();
  expect(living.length).toBeGreaterThan(0);
  const elsewhere = `copy.db.part-another-host-${other.pid}`;
  const named = [`copy.db.part-${hostname()}-${other.pid}.txt`, elsewhere];
  for (const name of named) writeFileSync(join(folder.path, name), '');
  const source = openDatabase(path, { readOnly: true });
  await backUpLog(source, { to });
  expect(parts()).toEqual([...living, ...named].toSorted());
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(parts(), 'a kill leaves it').toEqual([...living, ...named].toSorted());
  await expect(backUpLog(source, { to }), 'and is no reason to replace').rejects.toMatchObject({
    exitCode: 2,
  });
  await backUpLog(source, { to, force: true });
  expect(parts(), 'nothing but what is not a backup of this host').toEqual(named.toSorted());
  source.close();
});

test('what is there is never replaced unasked, nor is the log itself', async () => {
  using folder = makeTempFolder();
  const [path, to] = [join(folder.path, 'log.db'), join(folder.path, 'copy.db')];
  makeLog(path);
  writeFileSync(to, 'precious');
  const source = openDatabase(path, { readOnly: true });
  await expect(backUpLog(source, { to })).rejects.toMatchObject({
    name: 'UserError',
    exitCode: 2,
    message: expect.stringMatching(/copy\.db: there is a file already; .*--force\.$/),
  });
  await expect(backUpLog(source, { to: path, force: true })).rejects.toMatchObject({ exitCode: 2 });
  expect(readFileSync(to, 'utf8')).toBe('precious');
  await backUpLog(source, { to, force: true });
  expect(readFileSync(to, 'latin1')).toMatch(/^SQLite format 3/);
  source.close();
});

test('a place that is none is said, and nothing is left there', async () => {
  using folder = makeTempFolder();
  const path = join(folder.path, 'log.db');
  makeLog(path);
  const source = openDatabase(path, { readOnly: true });
  await expect(
    backUpLog(source, { to: join(folder.path, 'none', 'copy.db') }),
  ).rejects.toMatchObject({
    name: 'UserError',
    exitCode: 78,
    message: expect.stringMatching(/none\/copy\.db: it cannot be written/),
  });
  mkdirSync(join(folder.path, 'taken'));
  await expect(
    backUpLog(source, { to: join(folder.path, 'taken'), force: true }),
  ).rejects.toMatchObject({ name: 'UserError' });
  expect(readdirSync(folder.path).filter((name) => name.includes('part'))).toEqual([]);
  expect(existsSync(join(folder.path, 'none'))).toBe(false);
  source.close();
});

test('a damaged log gives no backup', async () => {
  using folder = makeTempFolder();
  const [path, to] = [join(folder.path, 'log.db'), join(folder.path, 'copy.db')];
  makeLog(path, 2_000);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x5a, 100 * 4_096, 104 * 4_096));
  const source = openDatabase(path, { readOnly: true });
  await expect(backUpLog(source, { to })).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('damaged'),
  });
  expect(existsSync(to)).toBe(false);
  source.close();
});
