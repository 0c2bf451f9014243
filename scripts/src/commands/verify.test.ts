import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Big } from '@heliograph/contracts';
import { openDatabase } from '@heliograph/trade-log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';
/** Of the logs in testing/logs, whose schemas are older ones, too. */
const olderRules = [1, 3];

function runName(log: string): string {
  const database = openDatabase(log, { readOnly: true });
  using _ = { [Symbol.dispose]: () => void database.close() };
  return String(database.prepare('SELECT portfolio FROM portfolios').pluck().get());
}

describe.concurrent('a logged run', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let log: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeFile(join(folder.path, feed), firstCandles(600));
    const args = ['start', '--feed', feed, '--until-end', '--quiet', '--json'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    if (code !== 0) throw new Error(stderr);
    log = join(folder.path, 'heliograph-data', 'heliograph.sqlite');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const verify = (db: string, ...more: readonly string[]) =>
    runCli(['verify', '--db', db, '--quiet', ...more], { cwd: folder.path });

  const list = async (...args: readonly string[]) => {
    const { stdout } = await runCli([...args, '--db', log, '--quiet'], { cwd: folder.path });
    return stdout.trim().split('\n');
  };

  const replay = (...more: readonly string[]) =>
    runCli(['replay', '--compare', '--json', '--quiet', '--db', log, ...more], {
      cwd: folder.path,
    });

  const played = (command: string, ...more: readonly string[]) =>
    runCli([command, '--db', log, '--run', runName(log), '--json', '--quiet', ...more], {
      cwd: folder.path,
    });

  /** A copy of the log in which one entry of the journal was written over. */
  const tampered = async (
    name: string,
    type: string,
    change: (body: string) => string,
    from = log,
  ): Promise<{ db: string; place: number }> => {
    const db = join(folder.path, `${name}.sqlite`);
    await copyFile(from, db);
    const database = openDatabase(db);
    using _ = { [Symbol.dispose]: () => void database.close() };
    const row = database
      .prepare<[string], { sequence: number; streamId: number; body: string }>(
        `SELECT sequence, stream_id AS streamId, body FROM events WHERE type = ? AND portfolio IS NOT NULL
         ORDER BY sequence LIMIT 1 OFFSET 3`,
      )
      .get(type);
    if (!row) throw new Error(`no ${type}`);
    const body = change(row.body);
    expect(body).not.toBe(row.body);
    database.exec('DROP TRIGGER events_are_never_changed');
    database
      .prepare('UPDATE events SET body = ? WHERE stream_id = ? AND sequence = ?')
      .run(body, row.streamId, row.sequence);
    return { db, place: row.sequence };
  };

  test('finds a run as it was decided', async () => {
    const { code, stdout } = await verify(log, '--json');
    expect(code).toBe(0);
    const [verdict] = JSON.parse(stdout).portfolios;
    expect(verdict).toMatchObject({ finding: null, notReplayed: null });
    expect(verdict.derived).toBe(verdict.events - 1);
    expect(verdict.replayed, 'decisions, fills and trades').toBe(21 + 1 + 21 + 10);
  });

  test.each([
    ['order_intended', '"quantity":"', /"(quantity|notional)":"\d/, 'data.size'],
    ['position_changed', 'cash', /"cash":"\d/, 'data.cash'],
    ['trade_closed', 'pnl', /"pnl":"-?\d/, 'data.pnl'],
  ])('finds one digit of a %s that was changed, and where', async (type, _, digit, field) => {
    const { db, place } = await tampered(type, type, (body) =>
      body.replace(digit, (text) => `${text.slice(0, -1)}${text.endsWith('1') ? '2' : '1'}`),
    );
    const { code, stdout } = await verify(db);
    expect(code).toBe(3);
    expect(stdout).toContain(`(TRADING ${place.toLocaleString('en-US')}), ${type}`);
    expect(stdout).toContain(field);
    expect(stdout).toMatch(/recorded .*\n.*derived/);
  });

  test('finds the price of a fill that was changed, by its tape if by nothing else', async () => {
    const { db } = await tampered('fill', 'order_filled', (body) =>
      body.replace('"liquidity":"taker"', '"liquidity":"maker"'),
    );
    const { code, stdout } = await verify(db);
    expect(code).toBe(3);
    expect(stdout).toContain('data.liquidity comes out differently when its tape is played');
  });

  test('finds a word of a cancelled order that was changed', async () => {
    const protectedRun = join(folder.path, 'protected.sqlite');
    const args = `start --feed ${feed} --param stopBps=150 --param targetBps=300 --until-end`;
    const dataDir = join(folder.path, 'protected');
    await runCli([...args.split(' '), '--db', protectedRun, '--data-dir', dataDir], {
      cwd: folder.path,
    });
    const { db } = await tampered(
      'cancelled',
      'order_cancelled',
      (body) => body.replace(/"detail":"\w/, '"detail":"X'),
      protectedRun,
    );
    expect(await verify(protectedRun)).toMatchObject({ code: 0 });
    const { code, stdout } = await verify(db);
    expect(code).toBe(3);
    expect(stdout).toContain('data.detail comes out differently when its tape is played');
  });

  test('finds bytes that are no event any more, and times that are not those that were noted', async () => {
    const broken = await tampered('broken', 'order_accepted', (body) => body.replace('{', '['));
    const moved = await tampered('moved', 'order_intended', (body) =>
      body.replace(/"time":"(\d+)/, (_, year) => `"time":"${Number(year) + 1}`),
    );
    const [first, second] = [await verify(broken.db), await verify(moved.db)];
    expect([first.code, second.code]).toEqual([3, 3]);
    expect(first.stdout).toContain('it is no event any more');
    expect(second.stdout).toContain('was noted when it came');
  });

  test.each(olderRules)('by rules %i is found as it would be decided today', async (rules) => {
    const db = join(folder.path, `rules-${rules}.sqlite`);
    const log = new URL(`../testing/logs/log-by-rules-${rules}.sqlite.gz`, import.meta.url);
    await writeFile(db, gunzipSync(await readFile(log)));
    const before = await verify(db);
    expect([before.code, before.stderr], 'its schema is an older one').toEqual([
      78,
      expect.stringContaining(`heliograph migrate --db ${db}`),
    ]);
    await runCli(['migrate', '--db', db], { cwd: folder.path });
    const { code, stdout } = await verify(db);
    expect(code).toBe(0);
    expect(stdout).toContain(`decided by rules of version ${rules}`);
    expect(stdout).toMatch(/tape played again: \d+ decisions, fills and trades, all equal/);
  });

  test('replayed with other settings is explained trade by trade', async () => {
    const same = JSON.parse((await replay()).stdout).comparison;
    expect(same.trades).toEqual({ same: 10, changed: [], onlyFirst: [], onlySecond: [] });
    expect([same.pnl.difference, same.finalEquity.difference]).toEqual(['0', '0']);
    const { comparison, metrics } = JSON.parse(
      (await replay('--set', 'stake=9950', '--set', 'feeBps=30')).stdout,
    );
    const { trades, pnl, signals } = comparison;
    expect([trades.changed.length, trades.onlyFirst.length]).toEqual([1, 9]);
    const reasons = new Set(trades.onlyFirst.map(({ instead }: { instead: string }) => instead));
    expect(reasons).toEqual(new Set(['MAX_EXPOSURE']));
    expect(pnl.second).toBe(metrics.realisedPnl);
    const parts = [pnl.byChanged, pnl.byMissing, pnl.byAdditional].map((text) => new Big(text));
    const sum = parts.reduce((total, part) => total.plus(part), new Big('0'));
    expect(sum.toFixed()).toBe(pnl.difference);
    expect(signals.changed.length).toBe(19);
  });

  test('lends its candles to a backtest, and draws its trades again', async () => {
    const { stdout } = await runCli(
      ['backtest', '--db', log, '--run', runName(log), '--monte-carlo', '200', '--json', '--quiet'],
      { cwd: folder.path },
    );
    const { decisionsHash, monteCarlo } = JSON.parse(stdout);
    const replayed = JSON.parse((await replay()).stdout);
    expect(decisionsHash).toBe(replayed.decisionsHash);
    expect(monteCarlo).toMatchObject({ runs: 200, trades: 10 });
  });

  test('lends its candles to a grid, which comes to what the backtest comes to', async () => {
    const { stdout } = await played('grid', '--grid', 'fast=5,8', '--threads', '2');
    const [best, other] = JSON.parse(stdout).folds[0].ranking;
    expect(new Set([...best.params, ...other.params])).toEqual(new Set(['fast=5', 'fast=8']));
    const alone = JSON.parse((await played('backtest', '--param', best.params[0])).stdout);
    expect(best.inSample.metrics).toEqual(alone.metrics);
    expect(best.inSample.decisionsHash).toBe(alone.decisionsHash);
    const both = await played('grid', '--grid', 'fast=5', '--candles', 'more.csv');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--candles: name')]);
  });

  test('lists what it held and did as tables and as CSV', async () => {
    const [header, ...lines] = await list('trades', '--csv', '--from', '2014-07-04');
    expect(header).toMatch(/^portfolio,tradeId,strategy,/);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => Number(line.split(',')[8]) >= Date.UTC(2014, 6, 4))).toBe(true);
    expect((await list('positions'))[1]).toMatch(/BTC\/USD +long +1\.57611865/);
    for (const name of ['signals', 'orders', 'trades', 'positions']) {
      const [named] = await list(name, '--csv');
      const [json = ''] = await list(name, '--json', '--limit', '1');
      expect(named?.split(',')).toEqual(Object.keys(JSON.parse(json)[name][0]));
      expect(await list(name, '--symbol', 'NOBODY/USD', '--csv')).toEqual([named]);
      expect((await list(name, '--portfolio', 'all')).slice(0, 2)).toEqual([
        expect.stringMatching(/^PORTFOLIO /),
        expect.stringMatching(/^paper-/),
      ]);
    }
    expect((await list('performance', '--csv'))[0]).toContain('netPnl');
  });

  test('can be traced, signal by signal', async () => {
    const listed = await runCli(['signals', '--db', log, '--json', '--limit', '10'], {
      cwd: folder.path,
    });
    const { signals } = JSON.parse(listed.stdout);
    const entry = signals.find(({ intent }: { intent: string }) => intent === 'enter');
    const trace = (id: string) => runCli(['trace', id, '--db', log], { cwd: folder.path });
    const { code, stdout } = await trace(entry.id);
    expect(code).toBe(0);
    const steps = ['candle', 'signal: sma-cross', 'intended', 'accepted', 'filled', 'trade closed'];
    expect(stdout).toMatch(new RegExp(steps.join('[^]*')));
    const nobody = await trace('nobody');
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toContain('no signal, order or trade nobody');
  });

  test('says when there is nothing to verify', async () => {
    const { code, stderr } = await verify(log, '--run', 'nobody');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no portfolio nobody');
  });
});
