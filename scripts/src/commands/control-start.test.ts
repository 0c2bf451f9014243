import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { firstCandles, oneLongRise } from '../testing/candles.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';
/** Twenty candles a second: slow enough to find a position before it is left again. */
const start = ['start', '--feed', feed, '--speed', '36000'];

async function folderWithCandles(candles = firstCandles(1500)) {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, feed), candles);
  return folder;
}

async function statusIn(cwd: string) {
  const { stdout } = await runCli(['status', '--json'], { cwd });
  return JSON.parse(stdout).portfolios;
}

describe.concurrent('a start that runs', () => {
  test('is found by its data folder, and closes what a person wants closed', async () => {
    await using folder = await folderWithCandles(oneLongRise());
    const cwd = folder.path;
    await using running = startCli([...start, '--partitions', '3', '--workers', '2'], { cwd });
    await running.said('stdout', /opened/i);
    const { mode } = await stat(join(cwd, 'heliograph-data', 'nats.json'));
    expect(mode & 0o777, 'nobody else reads how to get in').toBe(0o600);
    await eventually(async () =>
      expect((await statusIn(cwd))[0]?.positions).toMatchObject([
        { symbol: 'BTC/USD', side: 'long' },
      ]),
    );
    const closing = await runCli(['close', '--all', '--json'], { cwd });
    expect(closing).toMatchObject({ code: 0, stderr: '' });
    const [closed] = JSON.parse(closing.stdout).closed;
    expect(closed).toMatchObject({ symbol: 'BTC/USD', status: 'filled' });
    running.kill('SIGTERM');
    expect((await running.result).code).toBe(0);
    expect((await runCli(['status'], { cwd })).stderr).toContain('no `heliograph start` runs on');
  });

  test('that was killed is not mistaken for one', async () => {
    await using folder = await folderWithCandles();
    const cwd = folder.path;
    await using running = startCli(start, { cwd });
    await running.said('stderr', /Heliograph trades on paper/);
    running.kill('SIGKILL');
    await running.result;
    const { code, stderr } = await runCli(['halt'], { cwd });
    expect(stderr).toContain('no `heliograph start` runs on heliograph-data');
    expect(code).toBe(1);
  });

  test('says at its next beginning that trading was halted', async () => {
    await using folder = await folderWithCandles();
    const cwd = folder.path;
    await using first = startCli(start, { cwd });
    await first.said('stderr', /Heliograph trades on paper/);
    await runCli(['halt', '--reason', 'news', '--author', 'ann', '--wait', '0'], { cwd });
    first.kill('SIGTERM');
    await first.result;
    await using second = startCli(start, { cwd });
    const said = await second.said('stderr', /Trading +paper is HALTED/);
    expect(said).toMatch(/paper is HALTED since .* UTC by ann \(news\); `heliograph resume /);
    second.kill('SIGTERM');
    await second.result;
  });

  // Holds once the workers follow the trading state.
  test('is halted and resumed by its workers', async () => {
    await using folder = await folderWithCandles();
    const cwd = folder.path;
    await using running = startCli(start, { cwd });
    await running.said('stdout', /opened/i);
    const halted = await runCli(['halt', '--reason', 'news'], { cwd });
    expect(halted.stdout).toMatch(/^paper-\w+-1 is HALTED: /);
    expect(halted.code).toBe(0);
    const closing = await runCli(['close', '--all', '--json'], { cwd });
    expect(closing.code, 'a person may close while trading is halted').toBe(0);
    const signals = ['signals', '--json', '--limit', '5'];
    await eventually(async () =>
      expect((await runCli(signals, { cwd })).stdout).toContain('"HALTED"'),
    );
    const resumed = await runCli(['resume', '--reason', 'over'], { cwd });
    expect(resumed).toMatchObject({ code: 0 });
    await eventually(async () => expect((await statusIn(cwd))[0]?.positions).toHaveLength(1));
  });
});
