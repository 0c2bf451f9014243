import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  candlesIn,
  expectSignalsOfTruth,
  expectTruth,
  type Listed,
  moreThan,
  pricesOf,
  symbols,
} from '../live-market/tape-of-start.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';
import { startExchange } from '../testing/exchange.ts';

const hourMs = 3_600_000;
/** How far ahead of our clock a candle may close and still be taken. */
const aheadMs = 30_000;
const feed = `ccxt:binance:${symbols.join(',')}:1s`;
const clock = pathToFileURL(join(import.meta.dirname, '../testing/shifted-clock-main.ts')).href;

/** So many more candles come. */
async function comeOn(dataDir: string, count: number): Promise<void> {
  await moreThan(dataDir, (await candlesIn(dataDir)).length + count);
}

function secondsAgo(count: number): number {
  return Math.floor(Date.now() / 1_000 - count) * 1_000;
}

/** Its high is below its low. */
function impossibleKline(openMs: number): unknown[] {
  return [openMs, '1', '0.5', '2', '1', '1', openMs + 999];
}

test.concurrent.each(['auto', 'trades', 'off'])(
  'clocks jump, here and there, and candles come that cannot be: what is traded is the truth (--stream %s)',
  async (stream) => {
    using exchange = await startExchange();
    const prices = await pricesOf(exchange.url);
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    const dataDir = join(cwd, 'heliograph-data');
    const clockFile = join(cwd, 'clock');
    const shift = async (ms: number): Promise<void> => {
      await writeFile(`${clockFile}.new`, String(ms));
      await rename(`${clockFile}.new`, clockFile);
    };
    await shift(0);
    const env = {
      HELIOGRAPH_VENUE_URL: exchange.url,
      NODE_OPTIONS: `--import ${clock}`,
      HELIOGRAPH_TEST_CLOCK: clockFile,
    };
    const args = ['start', '--feed', feed, '--warm-up', '60', '--stream', stream, '--json'];
    await using start = startCli(args, { cwd, env });
    await moreThan(dataDir, 10);
    /** Goes on for a while, and is then right again. */
    const disturbed = async (begin: () => Promise<unknown>, end: () => Promise<unknown>) => {
      await begin();
      await sleep(6_000);
      await end();
      await comeOn(dataDir, 10);
    };
    // Ours, an hour forward: what is open looks closed. An hour back: what has closed looks as if it had not.
    await disturbed(
      () => shift(hourMs),
      () => shift(0),
    );
    await disturbed(
      () => shift(-hourMs),
      () => shift(0),
    );
    // Two hours ahead, it is set right minute by minute: what waits by it waits as long.
    for (let minutes = 120; minutes >= 0; minutes--) {
      await shift(minutes * 60_000);
      await sleep(50);
    }
    await comeOn(dataDir, 10);
    // The exchange's: it tells of an hour that has not been, and then of the one that is.
    await disturbed(
      () => exchange.offsetClock(hourMs),
      () => exchange.offsetClock(0),
    );
    const on = 'GET /api/v3/klines';
    const lie = { on, kind: 'answer', executed: false, status: 200 };
    await disturbed(
      async () => {
        await exchange.disturb({ kind: 'silence' });
        const body = JSON.stringify([2, 1, 0].map((at) => impossibleKline(secondsAgo(at))));
        await exchange.fault({ ...lie, body, times: 2 });
      },
      () => exchange.disturb({ kind: 'drop' }),
    );
    const { stdout } = await runCli(['signals', '--json'], { cwd });
    const signals: Listed[] = JSON.parse(stdout).signals;
    const told = await candlesIn(dataDir);
    expectTruth(told, prices);
    for (const { openMs, storedMs } of told)
      expect(openMs + 1_000, 'is of a time that has come').toBeLessThanOrEqual(
        storedMs + aheadMs + 1_000,
      );
    expectSignalsOfTruth(signals, told, prices);
    start.kill('SIGTERM');
    expect((await start.result).code).toBe(0);
  },
);
