import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createLogger, createSilentLogger } from '@heliograph/contracts/service';
import { aCandleEvent } from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { backUpLog } from '../upkeep/backup.ts';
import { checkLog } from '../upkeep/check-log.ts';
import { openDatabase } from './database.ts';
import { candleMessage } from '../testing/history.ts';
import { makeTempFolder } from '../testing/temp-database.ts';
import { startTradeLog } from '../trade-log.ts';

async function publishCandles(bus: Bus, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) await bus.publish(candleMessage(aCandleEvent({ at })));
}

function listen() {
  const lines: { msg: string; code?: string; err?: { message: string } }[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line));
  return { log: createLogger({ name: 'test', destination: { write } }), lines };
}

function count(database: Database): unknown {
  return database.prepare('SELECT count(*) FROM events').pluck().get();
}

/** A disk of its own of 4 MB; undefined for whoever may not mount one. */
function mountDisk(): (Disposable & { path: string; remount(options: string): void }) | undefined {
  const folder = makeTempFolder();
  const mount = (options: string): boolean =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'heliograph-test', folder.path]).status === 0;
  if (!mount('size=4m')) {
    folder[Symbol.dispose]();
    return undefined;
  }
  return {
    path: folder.path,
    remount: (options) => void mount(`remount,${options}`),
    [Symbol.dispose]() {
      spawnSync('umount', ['-l', folder.path]);
      folder[Symbol.dispose]();
    },
  };
}

const canMount = ((): boolean => {
  using disk = mountDisk();
  return disk !== undefined;
})();

/** Takes all the room that is left. */
function fillUp(folder: string): string {
  const path = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path, Buffer.alloc(bavail * bsize));
  return path;
}

// Only root may mount a disk.
describe.skipIf(!canMount)('on a disk of its own', () => {
  test('a full disk is named, nothing is lost, and the log goes on when there is room', async () => {
    using disk = mountDisk();
    const folder = disk?.path ?? '';
    const path = join(folder, 'log.db');
    const database = openDatabase(path);
    await using bus = createMemoryServer({ ackWaitMs: 3_000 }).connect();
    const { log, lines } = listen();
    await using tradeLog = startTradeLog({ bus, database, log, maxBatch: 100 });
    await publishCandles(bus, 0, 50);
    await tradeLog.caughtUp();
    const ballast = fillUp(folder);
    await publishCandles(bus, 50, 1_500);
    await expect
      .poll(() => lines.find(({ msg }) => msg.includes('cannot be written')), { timeout: 60_000 })
      .toMatchObject({
        code: 'SQLITE_FULL',
        err: { message: expect.stringContaining(`${path}: the disk is full; free some space.`) },
      });
    expect(tradeLog.logged()).toBeLessThan(1_500);
    rmSync(ballast);
    await tradeLog.caughtUp();
    expect(lines.at(-1)?.msg).toContain('can be written again');
    expect(count(database)).toBe(1_500);
    expect(checkLog(database).findings).toEqual([]);
    await tradeLog.stop();
    database.close();
  });

  test('a full disk keeps a log from beginning, and a backup from being made', async () => {
    using disk = mountDisk();
    const folder = disk?.path ?? '';
    using elsewhere = makeTempFolder();
    const source = openDatabase(join(elsewhere.path, 'log.db'));
    const ballast = fillUp(folder);
    const full = { code: 'SQLITE_FULL', message: expect.stringContaining('the disk is full') };
    const to = join(folder, 'copy.db');
    await expect(backUpLog(source, { to })).rejects.toMatchObject(full);
    expect(() => openDatabase(join(folder, 'new.db'))).toThrow(expect.objectContaining(full));
    rmSync(ballast);
    await backUpLog(source, { to });
    openDatabase(join(folder, 'new.db')).close();
    source.close();
  });

  test('a disk that is read-only is said at once', () => {
    using disk = mountDisk();
    const path = join(disk?.path ?? '', 'log.db');
    openDatabase(path).close();
    disk?.remount('ro');
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        exitCode: 78,
        message: expect.stringContaining('write permission'),
      }),
    );
    disk?.remount('rw');
    openDatabase(path).close();
  });
});

test('a damaged log ends the service with the remedy; with a backup in its place nothing is missing', async () => {
  using folder = makeTempFolder();
  const path = join(folder.path, 'log.db');
  const backup = join(folder.path, 'backup.db');
  const log = createSilentLogger();
  await using bus = createMemoryServer({ ackWaitMs: 200 }).connect();
  const first = openDatabase(path);
  const writing = startTradeLog({ bus, database: first, log });
  await publishCandles(bus, 0, 1_000);
  await writing.caughtUp();
  await backUpLog(first, { to: backup });
  await publishCandles(bus, 1_000, 2_000);
  await writing.caughtUp();
  await writing.stop();
  first.pragma('wal_checkpoint(TRUNCATE)');
  first.close();

  const bytes = readFileSync(path);
  // All but the schema: whatever is written next meets it.
  writeFileSync(path, bytes.fill(0x5a, 60 * 4_096));
  const damaged = openDatabase(path);
  await publishCandles(bus, 2_000, 2_100);
  const failing = startTradeLog({ bus, database: damaged, log });
  await expect(failing.finished).rejects.toMatchObject({
    name: 'UserError',
    exitCode: 78,
    message: expect.stringContaining('it is damaged; put a backup in its place'),
  });
  expect(failing.logged()).toBe(0);
  damaged.close();

  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  copyFileSync(backup, path);
  const mended = openDatabase(path);
  await using again = startTradeLog({ bus, database: mended, log });
  await again.caughtUp();
  expect(count(mended)).toBe(2_100);
  expect(checkLog(mended).findings).toEqual([]);
  await again.stop();
  mended.close();
});
