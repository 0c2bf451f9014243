import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { openDatabase, readLogRuns, readPortfolio } from '@heliograph/trade-log';
import { expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { temporaryFolder } from '../testing/cli.ts';

const command = fileURLToPath(new URL('../../bin/heliograph.js', import.meta.url));
const feed = 'BTC_USD-30m-bitstamp.csv';
const start = ['start', '--feed', feed, '--until-end'];
/** A file on a disk that is full. */
const full = '/dev/full';

async function place() {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, feed), firstCandles(100));
  return folder;
}

/** How the run ended that the log in that folder has. */
function outcomeIn(folder: string): [outcome: string | undefined, hasEnded: boolean] {
  const path = join(folder, 'heliograph-data', 'heliograph.sqlite');
  const database = openDatabase(path, { readOnly: true });
  using _ = { [Symbol.dispose]: () => void database.close() };
  return [readLogRuns(database)[0]?.outcome, readPortfolio(database)?.end !== null];
}

test
  .runIf(existsSync(full))
  .concurrent('trading goes on when neither output can be written', async () => {
    await using folder = await place();
    await using sink = await open(full, 'w');
    const child = spawn(process.execPath, [command, ...start], {
      cwd: folder.path,
      stdio: ['ignore', sink.fd, sink.fd],
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(outcomeIn(folder.path)).toEqual(['clean', true]);
  });

test
  .runIf(existsSync(full))
  .concurrent('a command whose data cannot be written says so and ends with 1', async () => {
    await using folder = await place();
    await using sink = await open(full, 'w');
    const child = spawn(process.execPath, [command, 'config', 'backtest'], {
      cwd: folder.path,
      stdio: ['ignore', sink.fd, 'pipe'],
    });
    const said = child.stderr && text(child.stderr);
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(await said).toMatch(/^heliograph: standard output is lost: ENOSPC.*\n$/);
  });

test.concurrent('trading goes on when nobody reads on', async () => {
  await using folder = await place();
  const child = spawn(process.execPath, [command, ...start], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const said = text(child.stderr);
  expect(await once(child, 'close')).toEqual([1, null]);
  expect((await said).match(/standard output is lost/g)).toHaveLength(1);
  expect(outcomeIn(folder.path)).toEqual(['clean', true]);
});
