import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestNats, type TestNats } from '@heliograph/contracts/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';
import { runInside } from '../testing/run-inside.ts';

const candles = 300;

describe.concurrent('replay', () => {
  const opened = new AsyncDisposableStack();
  let folder: string;
  let server: TestNats;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = opened.use(await temporaryFolder()).path;
    server = opened.use(await startTestNats());
    env = { NATS_URL: addressOf(server) };
    const feed = 'BTC_USD-30m-bitstamp.csv';
    await writeFile(join(folder, feed), firstCandles(candles));
    const args = ['start', '--feed', feed, '--until-end', '--db', 'log.sqlite', '--quiet'];
    const { code, stderr } = await runCli(args, { cwd: folder, env });
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => opened.disposeAsync());

  const run = (command: string, ...more: readonly string[]) =>
    runCli([command, '--json', ...more], { cwd: folder });
  const fromLog = async (...more: readonly string[]) =>
    JSON.parse((await run('replay', '--db', 'log.sqlite', '--quiet', ...more)).stdout);
  const fromStreams = async (...more: readonly string[]) => {
    const { code, stdout } = await run('replay', '--nats', addressOf(server), ...more);
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };

  test('comes to the same from the streams of a server as from the log', async () => {
    const [logged, streamed] = [await fromLog(), await fromStreams()];
    expect(streamed.trades.length).toBeGreaterThan(0);
    expect({ ...streamed, elapsedMs: 0 }).toEqual({ ...logged, elapsedMs: 0 });
    const { code, stdout } = await run('verify', '--nats', addressOf(server));
    const [verdict] = JSON.parse(stdout).portfolios;
    expect([code, verdict.finding, verdict.pending]).toEqual([0, null, 0]);
  });

  test('plays the part of the streams that is asked for, by sequence and by time', async () => {
    const [first, last] = ['100', '180'];
    const bySequence = await fromStreams('--from-sequence', first, '--to-sequence', last);
    expect(bySequence.candles).toBe(81);
    const { metrics } = bySequence;
    const byTime = await fromStreams(
      '--from',
      new Date(metrics.startTime).toISOString(),
      '--to',
      new Date(metrics.endTime + 1).toISOString(),
    );
    expect(byTime.candles).toBe(81);
    expect(byTime.trades).toEqual(bySequence.trades);
  });

  test('leaves the server as it was', async () => {
    await using bus = await server.connect();
    const lengths = () =>
      Promise.all(
        (['MARKET', 'SIGNALS', 'TRADING'] as const).map((stream) => bus.lastSequence(stream)),
      );
    const before = await lengths();
    await fromStreams('--set', 'risk.maxPositions=1', '--compare');
    expect(await lengths()).toEqual(before);
  });

  test('at a speed takes as long as the tape did, so many times faster, and tells what happens', async () => {
    const spanMs = candles * 30 * 60_000;
    const speed = spanMs / 400;
    const args = ['--db', 'log.sqlite', '--speed', String(speed)];
    const { stdout, stderr } = await run('replay', ...args);
    const { elapsedMs, trades, decisionsHash } = JSON.parse(stdout);
    const { elapsedMs: _, ...unhurried } = await fromLog();
    expect(elapsedMs).toBeGreaterThan(350);
    expect([trades, decisionsHash]).toEqual([unhurried.trades, unhurried.decisionsHash]);
    expect(stderr.match(/trade closed/g)?.length).toBe(trades.length);
  });

  test('prints what the report has inside', async () => {
    const run = await fromLog('--compare', '--report', 'r.html');
    const page = await readFile(join(folder, 'r.html'), 'utf8');
    expect(runInside(page)).toEqual(run);
  });

  test('says what it lacks', async () => {
    const both = await run('replay', '--nats', addressOf(server), '--db', 'log.sqlite');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('choose one')]);
    await using empty = await startTestNats();
    const nothing = await run('replay', '--nats', addressOf(empty));
    expect([nothing.code, nothing.stderr.trim().split('\n').length]).toEqual([1, 1]);
    const wrong = await run('replay', '--nats', empty.url);
    expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('credentials')]);
  });
});

function addressOf({ port, user, password }: TestNats): string {
  return `nats://${user}:${password}@127.0.0.1:${port}`;
}
