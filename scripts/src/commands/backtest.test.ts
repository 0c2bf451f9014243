import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { firstCandles, shippedCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';
import { oracleTrades } from '../testing/oracle.ts';
import { runInside } from '../testing/run-inside.ts';

async function backtest(args: readonly string[], cwd = '/') {
  const { code, stdout, stderr } = await runCli(['backtest', '--json', '--quiet', ...args], {
    cwd,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const forComparison = ['--risk', 'none', '--cash', '1000000', '--fee-bps', '10'];

describe.concurrent('backtest', () => {
  test('makes the trades of an independent oracle on the shipped candles', async () => {
    const args = ['--candles', shippedCandles, '--stake', '1000', '--lot-size', '0.000001'];
    const run = await backtest([...args, ...forComparison]);
    const expected = oracleTrades(firstCandles(1968), {
      stake: '1000',
      lotSize: '0.000001',
      feeRate: '0.001',
    });
    expect(expected.length).toBeGreaterThan(40);
    expect(run.trades).toMatchObject(expected);
    expect(run.trades).toHaveLength(expected.length);
  });

  test('says that symbols in other currencies are not traded', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['BTC_USDT-30m.csv', 'BTC_EUR-30m.csv'])
      await writeFile(join(folder.path, name), firstCandles(200));
    const { code, stdout, stderr } = await runCli(['backtest', '--candles', '.', '--json'], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    expect(stderr).toContain('The symbols are paid in EUR and USDT');
    expect(JSON.parse(stdout).skipped).toMatchObject({ UNKNOWN_SYMBOL: expect.any(Number) });
    const one = await runCli(['backtest', '--candles', 'BTC_EUR-30m.csv', '--json'], {
      cwd: folder.path,
    });
    expect(one.stderr).not.toContain('are paid in');
  });

  test('says when a breaker stopped it, and why', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'risk.json'), '{"maxLosingStreak": 3}');
    const args = ['--candles', shippedCandles, '--risk', 'risk.json'];
    const { stateChanges, skipped, trades } = await backtest(args, folder.path);
    expect(stateChanges).toEqual([
      {
        time: expect.any(Number),
        from: 'ACTIVE',
        to: 'REDUCING',
        reason: expect.stringMatching(/^LOSING_STREAK: /),
        author: 'breaker',
      },
    ]);
    expect(skipped.REDUCING_ONLY).toBeGreaterThan(10);
    expect(stateChanges[0].time).toBeGreaterThanOrEqual(trades.at(-1).exitTime);
    const { stdout } = await runCli(['backtest', '--quiet', '--report', 'r.html', ...args], {
      cwd: folder.path,
    });
    expect(stdout).toMatch(/^Trading +REDUCING from 2014-\d\d-\d\d \d\d:\d\d on: LOSING_STREAK: /m);
    const report = await readFile(join(folder.path, 'r.html'), 'utf8');
    expect(report).toMatch(/<p>Trading REDUCING from 2014-.* on: LOSING_STREAK: /);
  });

  test('reports the whole run as JSON', async () => {
    const run = await backtest(['--candles', shippedCandles]);
    expect(run).toMatchObject({
      candles: 1968,
      signals: 88,
      skipped: { NO_POSITION: 1 },
      strategy: { name: 'sma-cross', params: { fast: 10, slow: 30 } },
      decisionsHash: '96cdc469ba649ce828cce3cf8f81484bd308a7d2c100eca1e5efe2522a14dfa7',
    });
    expect(run.trades).toHaveLength(43);
    expect(run.trades[0]).toEqual({
      strategy: 'sma-cross',
      symbol: 'BTC/USD',
      side: 'long',
      entryTime: 1403726400000,
      entryPrice: '568.55',
      exitTime: 1403742600000,
      exitPrice: '560.98',
      quantity: '1.75886025',
      fees: '1.9866854181825',
      pnl: '-15.3012575106825',
      returnRatio: -0.015301257585,
      exitReason: 'signal',
      maeRatio: expect.closeTo(554.45 / 568.55 - 1, 12),
      mfeRatio: expect.closeTo(571.86 / 568.55 - 1, 12),
    });
    expect(run.openPositions).toEqual([
      {
        symbol: 'BTC/USD',
        side: 'long',
        entryTime: 1407081600000,
        entryPrice: '586.38',
        quantity: '1.70537876',
        markPrice: '586.9',
        unrealisedPnl: '-0.1132030420888',
      },
    ]);
    expect(run.metrics.finalEquity).toBe('9972.9152935501504');
  });

  test('prints what the report has inside', async () => {
    await using folder = await temporaryFolder();
    const args = ['--candles', shippedCandles, '--report', 'r.html', '--monte-carlo', '10'];
    const run = await backtest(args, folder.path);
    expect(run.settings).toMatchObject({ cash: '10000', stake: { kind: 'quote', value: '1000' } });
    expect(runInside(await readFile(join(folder.path, 'r.html'), 'utf8'))).toEqual(run);
  });

  test('makes the same decisions each time, whatever the portfolio is called', async () => {
    const args = ['--candles', shippedCandles, '--param', 'fast=5', '--param', 'slow=8'];
    const [one, two] = await Promise.all([
      backtest(args),
      backtest([...args, '--portfolio', 'other']),
    ]);
    expect(one.decisionsHash).toBe(two.decisionsHash);
    expect(one.trades).toEqual(two.trades);
  });

  test('plays a folder as several symbols, whose limits bind together', async () => {
    await using folder = await temporaryFolder();
    const csv = firstCandles(1968);
    await writeFile(join(folder.path, 'BTC_USD-30m.csv'), csv);
    await writeFile(join(folder.path, 'LTC_USD-30m.csv'), csv);
    await writeFile(join(folder.path, 'risk.json'), '{"maxPositions": 1}');
    const run = await backtest(['--candles', '.', '--risk', 'risk.json'], folder.path);
    expect(run.candles).toBe(2 * 1968);
    expect(run.skipped.MAX_POSITIONS).toBeGreaterThan(40);
    expect(new Set(run.trades.map(({ symbol }: { symbol: string }) => symbol))).toEqual(
      new Set(['BTC/USD']),
    );
  });

  test('plays a strategy from a file, and says so when it fails', async () => {
    await using folder = await temporaryFolder();
    const contracts = import.meta.resolve('@heliograph/signal-engine');
    const zod = import.meta.resolve('zod');
    await writeFile(
      join(folder.path, 'moody.ts'),
      `import { defineStrategy } from '${contracts}';
       import { z } from '${zod}';
       let candles = 0;
       export const strategy = defineStrategy({
         name: 'moody',
         version: '1.0.0',
         params: z.object({}),
         create: () => ({
           onCandle() {
             if (++candles === 100) throw new Error('not today');
             return undefined;
           },
         }),
       });`,
    );
    const args = ['backtest', '--candles', shippedCandles, '--strategy', './moody.ts', '--json'];
    const { code, stdout, stderr } = await runCli(args, { cwd: folder.path });
    expect(code, 'finished with findings').toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ candles: 1968, signals: 0 });
    expect(stderr).toContain(
      'strategy moody failed 1 time, first at BTC/USD 2014-06-26T00:00:00.000Z: not today',
    );
  });

  test('refuses what it would have to ignore', async () => {
    const args = ['backtest', '--run', 'paper', '--db', 'log.sqlite', '--resample', '1h'];
    const { code, stderr } = await runCli(args, { cwd: '/' });
    expect(code).toBe(2);
    expect(stderr).toContain('--resample: a logged run is played as it was');
  });

  test('says that a list without a file is none', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'heliograph.config.json'), '{"candles": []}');
    const { code, stderr } = await runCli(['backtest'], { cwd: folder.path });
    expect(stderr).toContain('an empty list: name at least one file');
    expect(code).toBe(2);
  });

  test('says where a strategy has to be that does not find heliograph', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'mine.ts'), "import { defineStrategy } from 'heliograph';");
    const args = ['backtest', '--candles', shippedCandles, '--strategy', './mine.ts'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^heliograph: mine\.ts:1: this strategy file cannot be loaded: /);
    expect(stderr).toContain('a folder that heliograph new-strategy has made');
  });

  test('shows people a table', async () => {
    const { code, stdout } = await runCli(['backtest', '--candles', shippedCandles], { cwd: '/' });
    expect(code).toBe(0);
    expect(stdout).toContain('SYMBOL   ENTRY');
    expect(stdout).toMatch(/^Result +-27\.08 +/m);
    expect(stdout).toMatch(/^ +1\.63% +164\.74 +2014-07-01 15:30/m);
  });

  test('takes 100,000 candles in seconds', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'BTC_USDT-1m.csv'), randomWalk(100_000));
    const run = await backtest(['--candles', 'BTC_USDT-1m.csv'], folder.path);
    expect(run.candles).toBe(100_000);
    expect(run.elapsedMs, 'on a machine that has other work, too').toBeLessThan(60_000);
  });
});

const header = 'timestamp,open,high,low,close,volume';

function row(minute: number): string {
  return `${1_600_000_020_000 + minute * 60_000},1,2,1,2,3`;
}

describe.concurrent('backtest refuses', () => {
  const whole = gzipSync([header, row(0), row(1), row(2)].join('\n'));

  test.for([
    ['a missing file', undefined, 'A_B-1m.csv: no such file or folder', 2],
    ['an empty file', '', 'A_B-1m.csv is empty, expected the header', 1],
    [
      'a file without candles',
      `${header}\n`,
      'line 2: found the end of the file, expected a candle',
      1,
    ],
    ['another header', 'date,price\n1,2\n', 'line 1: found "date,price", expected the header', 1],
    ['a file that was cut off', whole.subarray(0, -12), 'the gzip data ends too early', 1],
    [
      'candles out of order',
      [header, row(1), row(0)].join('\n'),
      'line 3: found timestamp 1600000020000',
      1,
    ],
    ['a timestamp that comes twice', [header, row(0), row(0)].join('\n'), 'a second time', 1],
    [
      'a malformed row',
      [header, row(0), '16,one,2'].join('\n'),
      'line 3: found 3 fields in "16,one,2"',
      1,
    ],
    [
      'what is no number',
      [header, row(0).replace(',3', ',x')].join('\n'),
      'line 2: found volume "x"',
      1,
    ],
    [
      'an impossible price',
      [header, row(0).replace(',2,1,', ',1,2,')].join('\n'),
      'found high 1 below low 2',
      1,
    ],
  ] as const)('%s, naming file and line', async ([, content, sentence, exitCode]) => {
    await using folder = await temporaryFolder();
    if (content !== undefined) await writeFile(join(folder.path, 'A_B-1m.csv'), content);
    const args = ['backtest', '--candles', 'A_B-1m.csv'];
    const { code, stdout, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
  });

  test('to fill from trades, which candle files do not hold', async () => {
    const args = ['backtest', '--candles', shippedCandles, '--paper-tape', 'trades'];
    await using folder = await temporaryFolder();
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain('--paper-tape trades: candle files hold no trades');
    expect(code).toBe(2);
  });

  test('a name that does not tell the symbol', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'candles.csv'), [header, row(0)].join('\n'));
    const args = ['backtest', '--candles', 'candles.csv'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain('give it with --symbol, e.g. --symbol BTC/USDT');
  });

  test.for([
    ['{"maxPositions": 0}', 'maxPositions'],
    ['{"maxPosition": 3}', 'maxPosition: there is no such setting, did you mean maxPositions?'],
    ['{"maxPositions": 1, "maxPositions": 5}', 'maxPositions is there twice'],
    ['{"maxOrderNotional": 100}', 'expected a decimal number above 0 as text, e.g. "0.25"'],
    ['{', 'not JSON at line 1 column 2, expected limits such as {"maxPositions": 5}'],
  ] as const)('limits such as %s', async ([limits, sentence]) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'risk.json'), limits);
    const args = ['backtest', '--candles', shippedCandles, '--risk', 'risk.json'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(code).toBe(78);
    expect(stderr).toContain('risk.json: ');
    expect(stderr).toContain(sentence);
  });
});

/** Minutes of a walk that is the same each time. */
function randomWalk(length: number): string {
  let state = 1;
  let price = 50_000;
  const lines = [header];
  for (let minute = 0; minute < length; minute++) {
    state = (state * 48_271) % 2_147_483_647;
    const close = price + (state % 201) - 100;
    const [low, high] = [Math.min(price, close), Math.max(price, close)];
    lines.push(`${1_600_000_020_000 + minute * 60_000},${price},${high},${low},${close},1`);
    price = Math.max(close, 1_000);
  }
  return lines.join('\n');
}
