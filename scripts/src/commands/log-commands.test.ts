import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '@heliograph/contracts/testing';
import { openDatabase } from '@heliograph/trade-log';
import { beforeAll, describe, expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, startCli, temporaryFolder, type CliResult } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';
const log = 'heliograph-data/heliograph.sqlite';

let played: Buffer;

/** A log of a replay that has ended, made once. */
beforeAll(async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, feed), firstCandles(400));
  const args = ['start', '--feed', feed, '--until-end', '--json'];
  await runCli(args, { cwd: folder.path });
  played = await readFile(join(folder.path, log));
});

async function place() {
  const folder = await temporaryFolder();
  const db = join(folder.path, 'log.sqlite');
  await writeFile(db, played);
  return {
    db,
    path: folder.path,
    run: (...args: string[]) => runCli([...args, '--db', db], { cwd: folder.path }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** A file whose header and schema are whole, and whose rows are not. */
function withHole(file: Buffer): Buffer {
  const damaged = Buffer.from(file);
  return damaged.fill(0xa5, Math.floor(file.length / 2), file.length);
}

/** When a candle in the middle was stored. Streams are numbered as their first messages come. */
const middleStored = `(SELECT stored_time FROM events JOIN streams ON streams.id = stream_id
  WHERE streams.name = 'MARKET' AND sequence = 200)`;

const json = ({ stdout }: CliResult) => JSON.parse(stdout);

describe.concurrent('the commands for the log', () => {
  test('runs tells who wrote it and which portfolios it has', async () => {
    await using here = await place();
    const { runs, portfolios } = json(await here.run('runs', '--json'));
    expect(runs).toMatchObject([
      {
        outcome: 'clean',
        nodeVersion: process.version,
        natsVersion: expect.stringMatching(/^2\./),
      },
    ]);
    expect(runs[0].ranges.map(({ stream }: { stream: string }) => stream)).toEqual([
      'MARKET',
      'SIGNALS',
      'TRADING',
    ]);
    expect(portfolios).toMatchObject([{ portfolio: expect.stringMatching(/^paper-/) }]);
    expect((await here.run('runs')).stdout).toMatch(/^BEGUN .*\n.* clean /);
  });

  test.each(['replay', 'performance', 'verify'])(
    '%s says that the log is damaged where it finds that on its way',
    async (command) => {
      await using here = await place();
      await writeFile(here.db, withHole(played));
      const { code, stderr } = await here.run(command, '--quiet');
      expect([code, stderr]).toEqual([78, expect.stringContaining('it is damaged')]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
  );

  test('backup makes a copy that check finds whole, and never replaces one unasked', async () => {
    await using here = await place();
    const to = join(here.path, 'copy.sqlite');
    const made = await here.run('backup', '--to', to);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('checked') });
    const again = await here.run('backup', '--to', to);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect((await here.run('backup', '--to', to, '--force', '--json')).code).toBe(0);
    const args = ['check', '--db', to, '--json'];
    expect(await runCli(args, { cwd: here.path })).toMatchObject({ code: 0 });
    expect(await here.run('backup')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--to'),
    });
  });

  test('check ends with 3 when something is wrong, and rebuild mends what is derived', async () => {
    await using here = await place();
    expect((await here.run('check')).stderr).toContain('whole');
    const database = openDatabase(here.db);
    database.exec("UPDATE trades SET pnl = '1000000'");
    database.close();
    const found = await here.run('check');
    expect(found).toMatchObject({ code: 3, stdout: expect.stringContaining('heliograph rebuild') });
    expect(json(await here.run('check', '--json')).findings).toMatchObject([
      { check: 'projections', text: expect.stringContaining('trades') },
    ]);
    expect(await here.run('rebuild')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Derived again from [\d,]+ events in /),
    });
    expect(await here.run('check')).toMatchObject({ code: 0 });
  });

  test('prune says what would go, takes it, and check knows', async () => {
    await using here = await place();
    const dry = await here.run('prune', '--before', '0', '--dry-run', '--json');
    const { events, journals } = json(dry);
    expect(events).toBeGreaterThan(400);
    expect(journals).toMatchObject([{ goes: false, why: expect.any(String) }]);
    expect(await here.run('prune', '--before', '0', '--vacuum')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/events are gone .*\n[^]*stays +it holds the last/),
    });
    const { streams, findings } = json(await here.run('check', '--json'));
    expect(findings).toEqual([]);
    const pruned = streams.map((stream: { pruned: number }) => stream.pruned);
    expect(pruned.reduce((sum: number, one: number) => sum + one, 0)).toBe(events);
    expect((await here.run('trades', '--json')).code, 'the journal is there').toBe(0);
    expect(await here.run('verify'), 'what is gone is no difference').toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is pruned up to .*\n.*a backup from before the pruning/),
    });
    expect(await here.run('prune')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('90d'),
    });
    const soon = await here.run('prune', '--before', '2999-01-01');
    expect(soon).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a time that has been'),
    });
  });

  test('performance tells the latest portfolios, as many as are wanted', async () => {
    await using here = await place();
    const database = openDatabase(here.db);
    database.exec(`CREATE TEMP TABLE later AS SELECT * FROM portfolios;
      UPDATE later SET portfolio = 'later', sequence = sequence + 1;
      INSERT INTO portfolios SELECT * FROM later`);
    database.close();
    const named = async (...args: string[]) =>
      json(await here.run('performance', '--json', ...args)).portfolios.map(
        ({ portfolio }: { portfolio: string }) => portfolio,
      );
    expect(await named('--portfolio', 'all')).toEqual([expect.any(String), 'later']);
    expect(await named('--portfolio', 'all', '--limit', '1')).toEqual(['later']);
    expect(await here.run('performance', '--limit', '0')).toMatchObject({ code: 2 });
  });

  test.each([
    ['rebuild'],
    ['prune', '--before', '90d'],
    ['migrate'],
    ['start', '--feed', feed, '--until-end'],
  ])('%s waits for another program that writes', async (...command) => {
    await using here = await place();
    await writeFile(join(here.path, feed), firstCandles(50));
    const other = openDatabase(here.db);
    other.exec('BEGIN IMMEDIATE');
    const waiting = here.run(...command);
    await sleep(2_000);
    other.exec('COMMIT');
    other.close();
    expect(await waiting).toMatchObject({ code: 0 });
  });

  test('performance as CSV has its header also without a portfolio, and is not JSON as well', async () => {
    await using here = await place();
    const csv = await here.run('performance', '--csv');
    const [header] = csv.stdout.split('\n');
    const empty = join(here.path, 'empty.sqlite');
    openDatabase(empty).close();
    const none = await runCli(['performance', '--csv', '--db', empty], { cwd: here.path });
    expect(none).toMatchObject({ code: 0, stdout: `${header}\n` });
    for (const command of ['performance', 'trades'])
      expect(await here.run(command, '--csv', '--json')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('choose one'),
      });
  });

  test('what is pruned is no part of the figures, and a replay begins behind it only when asked to', async () => {
    await using here = await place();
    const before = json(await here.run('performance', '--json')).portfolios[0];
    const { trades } = json(await here.run('trades', '--json', '--limit', '1'));
    const database = openDatabase(here.db, { readOnly: true });
    const middle = database.prepare<[], number>(`SELECT ${middleStored}`).pluck().get();
    database.close();
    const time = new Date(middle ?? 0).toISOString();
    expect(await here.run('prune', '--before', time)).toMatchObject({ code: 0 });
    const after = json(await here.run('performance', '--json')).portfolios[0];
    const { metrics } = after;
    const whole = ['netPnl', 'realisedPnl', 'trades', 'feesPaid', 'slippagePaid', 'finalEquity'];
    for (const name of whole) expect([name, metrics[name]]).toEqual([name, before.metrics[name]]);
    expect([before.prunedBefore, after.prunedBefore]).toEqual([null, expect.any(Number)]);
    expect(metrics).toMatchObject({
      buyAndHoldRatio: null,
      averageMaeRatio: null,
      startTime: before.openedTime,
    });
    // From the opening, and not from the first candle that a strategy warms up with.
    expect(metrics.exposureRatio).toBeGreaterThan(before.metrics.exposureRatio);
    expect(metrics.maxDrawdownRatio).toBeCloseTo(before.metrics.maxDrawdownRatio, 2);
    expect((await here.run('performance')).stdout).toMatch(/^Pruned +prices stored before 20/m);
    const refused = await here.run('replay');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is pruned') });
    const [, from = ''] = /--from ([^`]+)`/.exec(refused.stderr) ?? [];
    const pruned = { prunedBefore: after.prunedBefore, prunedTime: expect.any(Number) };
    const meant = await here.run('replay', '--from', from, '--json');
    expect(meant).toMatchObject({ code: 0, stderr: expect.stringContaining('another run') });
    expect(json(meant)).toMatchObject(pruned);
    for (const [first, code] of [
      ['1', 1],
      ['200', 0],
    ] as const)
      expect(await here.run('replay', '--from-sequence', first)).toMatchObject({ code });
    expect(await here.run('verify', '--run', 'all')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is pruned up to \S+ \(on 20\S+\)/),
    });
    expect(await here.run('prune', '--before', '0')).toMatchObject({ code: 0 });
    expect(await here.run('replay', '--from', from)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is pruned on 20\S+: a backup has it/),
    });
    const told = await here.run('trace', trades[0].tradeId);
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('trade closed') });
    expect(told.stdout).toContain('the signal itself is pruned');
  });

  test('a backtest and a grid over a logged run say which of its candles are pruned', async () => {
    await using here = await place();
    const { portfolio } = json(await here.run('performance', '--json')).portfolios[0];
    const backtest = ['backtest', '--run', portfolio, '--json'];
    const grid = ['grid', '--run', portfolio, '--grid', 'fast=5,10', '--threads', '1', '--json'];
    const whole = await here.run(...backtest);
    expect(json(whole)).toMatchObject({ prunedBefore: null, prunedTime: null });
    expect(whole.stderr).not.toContain('pruned');
    const database = openDatabase(here.db, { readOnly: true });
    const first = database
      .prepare<[], { sequence: number; storedTime: number; openTime: number }>(
        // Several are stored within a millisecond.
        `SELECT sequence, stored_time AS storedTime, open_time AS openTime
         FROM candles JOIN events USING (stream_id, sequence)
         WHERE stored_time = ${middleStored} ORDER BY sequence`,
      )
      .get();
    database.close();
    const before = new Date(first?.storedTime ?? 0).toISOString();
    expect(await here.run('prune', '--before', before)).toMatchObject({ code: 0 });
    for (const args of [backtest, grid]) {
      const told = await here.run(...args);
      expect(told).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(
          `The candles of ${portfolio} before ${new Date(first?.openTime ?? 0).toISOString()} were pruned on 20`,
        ),
      });
      expect(json(told)).toMatchObject({
        prunedBefore: first?.openTime,
        prunedTime: expect.any(Number),
      });
    }
    const gone = (first?.sequence ?? 0) - 1;
    expect(json(await here.run(...backtest)).candles).toBe(json(whole).candles - gone);
    expect(await here.run('prune', '--before', '0')).toMatchObject({ code: 0 });
    for (const args of [backtest, grid])
      expect(await here.run(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/its candles were pruned on 20\S+: a backup has them/),
      });
  });

  test('nothing that is written replaces the log, and a report only a report', async () => {
    await using here = await place();
    const link = join(here.path, 'link.sqlite');
    await symlink(here.db, link);
    const candles = join(here.path, feed);
    await writeFile(candles, firstCandles(50));
    for (const args of [
      ['export', '--what', 'trades', '--force', '--out', here.db],
      ['export', '--what', 'trades', '--force', '--out', link],
      ['backup', '--force', '--to', link],
      ['replay', '--report', here.db],
      ['backtest', '--candles', candles, '--report', candles],
      ['backtest', '--candles', candles, '--report', join(here.path, 'nowhere', 'report.html')],
    ])
      expect(await runCli([...args, '--db', here.db], { cwd: here.path })).toMatchObject({
        code: 2,
      });
    expect((await readFile(here.db)).equals(played)).toBe(true);
    expect(String(await readFile(candles))).toBe(firstCandles(50));
    const report = ['backtest', '--candles', candles, '--report', join(here.path, 'report.html')];
    for (const _ of [1, 2]) expect((await runCli(report, { cwd: here.path })).code).toBe(0);
  });

  test('export writes to standard output or into a file', async () => {
    await using here = await place();
    const csv = await here.run('export', '--what', 'trades');
    expect(csv.stdout).toMatch(/^portfolio,tradeId,strategy,/);
    const { trades } = json(await here.run('trades', '--json'));
    expect(csv.stdout.trim().split('\n')).toHaveLength(trades.length + 1);
    const out = join(here.path, 'events.jsonl');
    const args = ['export', '--what', 'events', '--format', 'jsonl', '--out', out];
    expect(await here.run(...args)).toMatchObject({ code: 0, stdout: '' });
    const lines = (await readFile(out, 'utf8')).trim().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ streamId: 1, sequence: 1 });
    expect(await here.run(...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--force'),
    });
    expect(readdirSync(here.path).filter((name) => name.includes('part'))).toEqual([]);
    expect(await here.run('export', '--what', 'secrets')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('events, signals'),
    });
    expect(await here.run('export', '--what', 'fills', '--portfolio', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no portfolio none'),
    });
  });

  test('export ends well when nobody reads on', async () => {
    await using here = await place();
    const command = fileURLToPath(new URL('../../bin/heliograph.js', import.meta.url));
    const child = spawn(
      process.execPath,
      [command, 'export', '--what', 'events', '--format', 'jsonl', '--db', here.db],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const ended = new Promise((resolve) => child.on('close', resolve));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toBe(0);
    expect(said).not.toContain('heliograph:');
  });

  test.each(['runs', 'backup', 'check', 'rebuild', 'prune', 'export'])(
    '%s wants a log that is there, and makes none',
    async (command) => {
      await using here = await place();
      const needs = ['--to', 'x', '--before', '90d', '--what', 'fills'];
      const flags: Record<string, string[]> = {
        backup: needs.slice(0, 2),
        prune: needs.slice(2, 4),
        export: needs.slice(4),
      };
      const db = join(here.path, 'none.sqlite');
      const args = [command, ...(flags[command] ?? []), '--db', db];
      expect(await runCli(args, { cwd: here.path })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('there is no such database'),
      });
      expect(existsSync(db)).toBe(false);
    },
  );
});

test.concurrent('a start that runs is asked over the bus, and its log is copied, pruned and checked meanwhile', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, feed), firstCandles(1_500));
  await using running = startCli(['start', '--feed', feed, '--speed', '360000'], { cwd });
  await running.said('stdout', /closed/i);
  // Whoever tells of a trade may be sooner than whoever logs it.
  await eventually(async () => {
    const asked = json(await runCli(['ask', 'trades', '--json'], { cwd }));
    expect(asked.trades[0]).toMatchObject({ pnl: expect.any(String) });
  });
  const { signals } = json(await runCli(['ask', 'signals', '--with', '{"limit":1}'], { cwd }));
  const { events } = json(
    await runCli(['ask', 'story', '--with', JSON.stringify({ signalId: signals[0].id })], {
      cwd,
    }),
  );
  expect(events[0]).toMatchObject({ type: 'trade_signal' });
  expect(await runCli(['ask', 'trades', '--with', '{"limit":0}'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('limit'),
  });
  expect(await runCli(['ask', 'fortune'], { cwd })).toMatchObject({ code: 2 });
  for (const args of [
    ['backup', '--to', 'copy.sqlite'],
    ['prune', '--before', '2s'],
    ['check', '--db', 'copy.sqlite'],
  ])
    expect(await runCli(args, { cwd })).toMatchObject({ code: 0 });
  running.kill('SIGTERM');
  expect(await running.result).toMatchObject({ code: 0 });
  expect(await runCli(['check'], { cwd })).toMatchObject({ code: 0 });
});
