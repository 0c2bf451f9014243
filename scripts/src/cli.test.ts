import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shippedCandles } from './testing/candles.ts';
import { runCli, temporaryFolder } from './testing/cli.ts';

describe.concurrent('the command line', () => {
  test('tells what it can do, with examples, on standard output', async () => {
    const { code, stdout, stderr } = await runCli(['--help'], { cwd: '/' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of [
      'start',
      'run',
      'backtest',
      'replay',
      'signals',
      'orders',
      'trades',
      'performance',
      'status',
      'halt',
      'reduce',
      'resume',
      'close',
      'cancel',
      'panic',
      'bench',
    ])
      expect(stdout).toContain(`\n  ${name} `);
    expect(stdout).toContain('Examples:');
  });

  test.for(
    'start run backtest replay signals orders trades performance status halt reduce resume close cancel panic bench'.split(
      ' ',
    ),
  )('explains %s with examples and defaults', async (name) => {
    const { code, stdout } = await runCli([name, '--help'], { cwd: '/' });
    expect(code).toBe(0);
    expect(stdout).toContain('--json');
    expect(stdout).toContain(`Examples:\n  heliograph ${name}`);
  });

  test('tells its version', async () => {
    expect(await runCli(['-V'], { cwd: '/' })).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test.for([
    [[], 'name a command'],
    [['bactest'], "unknown command 'bactest' (Did you mean backtest?)"],
    [['backtest', '--cnadles', 'x'], "unknown option '--cnadles' (Did you mean --candles?)"],
    [['backtest', '--candles'], "option '--candles <path>' argument missing"],
    [['backtest'], '--candles: name a candle file, or a folder of them'],
    [['trades', 'extra'], 'too many arguments'],
    [['run', 'signals'], "'signals' is invalid for argument 'service'"],
    [['run'], "missing required argument 'service'"],
    [['run', 'execution'], '--nats: name the NATS server'],
    [['run', 'execution', '--nats', 'http://me:secret@x'], '--nats: expected nats://host:port'],
    [['start', '--pace', 'fast'], "option '--pace <pace>' argument 'fast' is invalid"],
    [['start', '--speed', '-1'], '--speed: expected a number above 0, or max (found "-1")'],
    [['start', '--workers', '0'], '--workers: expected a number from 1 to 64 (found "0")'],
    [['backtest', '--candles', shippedCandles, '--cash', 'x'], '--cash: expected a number above 0'],
    [['backtest', '--candles', shippedCandles, '--stake', '5units'], '--stake: expected an amount'],
    [
      ['backtest', '--candles', shippedCandles, '--lot-size', '0'],
      '--lot-size: expected a number above 0',
    ],
    [
      ['backtest', '--candles', shippedCandles, '--fee-bps', '10000'],
      '--fee-bps: expected basis points from 0 to below 10000',
    ],
    [
      ['backtest', '--candles', shippedCandles, '--risk', 'nope.json'],
      '--risk: expected none, default or a file',
    ],
    [
      ['backtest', '--candles', shippedCandles, '--strategy', 'sma-cros'],
      'did you mean sma-cross?',
    ],
    [['backtest', '--candles', shippedCandles, '--param', 'quick=3'], 'quick'],
    [['backtest', '--candles', shippedCandles, '--param', 'fast=many'], 'fast'],
    [['start', '--partitions', '0'], '--partitions: expected a number from 1 to 256 (found "0")'],
    [['start', '--mode', 'real'], "option '--mode <mode>' argument 'real' is invalid"],
    [['backtest', '--mode', 'live'], "unknown option '--mode'"],
    [['start', '--portfolio', 'a b'], '--portfolio: expected 1 to 64 letters'],
    [['replay', '--from', 'soon'], '--from: expected a time'],
    [['bench', 'speed'], "'speed' is invalid for argument 'measure'"],
    [['bench', '--seconds', '0'], '--seconds: expected a number above 0 (found "0")'],
    [['trades', '--limit', 'x'], '--limit: expected a whole number above 0'],
    [['performance', '--limit', '1e3'], '--limit: expected a whole number above 0'],
    [['runs', '--limit', '9999999999'], 'of nine digits at most (found "9999999999")'],
    [['trades', '--db', 'none.sqlite'], 'none.sqlite: there is no such database'],
  ] as const)('refuses %j as wrong usage, in one sentence', async ([args, sentence]) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: '/' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr, 'no password is repeated').not.toContain('secret');
  });

  test('reports a failure as JSON too when asked to', async () => {
    const { code, stdout } = await runCli(['backtest', '--json'], { cwd: '/' });
    expect(JSON.parse(stdout)).toEqual({
      error: { code, message: expect.stringContaining('--candles: name a candle file') },
    });
  });

  test('needs Node 24, and says so on an older one', async ({ skip }) => {
    const old = spawnSync('/usr/bin/node', ['--version'], { encoding: 'utf8' });
    skip(!/^v(1\d|2[0-3])\./.test(old.stdout ?? ''), 'there is no older Node here');
    const bin = join(import.meta.dirname, '../bin/heliograph.js');
    const { status, stderr } = spawnSync('/usr/bin/node', [bin, '--help'], { encoding: 'utf8' });
    expect(status).toBe(78);
    expect(stderr).toMatch(/^Heliograph needs Node 24 or newer .*`npm ci`.*`npx heliograph`\.\n$/);
  });
});

describe.concurrent('the configuration file', () => {
  const backtest = ['backtest', '--candles', shippedCandles, '--json'];

  async function startCash(config: string, args: string[], env: Record<string, string> = {}) {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'heliograph.json'), config);
    const { stdout } = await runCli([...backtest, ...args], { cwd: folder.path, env });
    const { metrics } = JSON.parse(stdout);
    return metrics.startCash;
  }

  test('gives way to a flag and comes before the default', async () => {
    const config = '{"cash": 20000, "param": {"fast": 5}, "db": "for other commands"}';
    const use = ['--config', 'heliograph.json'];
    expect(await startCash(config, use)).toBe('20000');
    expect(await startCash(config, [...use, '--cash', '30000'])).toBe('30000');
    expect(await startCash(config, [])).toBe('10000');
  });

  test('can be named in the environment', async () => {
    const env = { HELIOGRAPH_CONFIG: 'heliograph.json' };
    expect(await startCash('{"cash": 20000}', [], env)).toBe('20000');
  });

  test.for([
    ['{"cash": ', 'the configuration file is not JSON'],
    ['{"cash": 1, "cash": 2}', 'heliograph.json: cash is there twice'],
    ['{"cahs": 1}', 'heliograph.json: unknown option cahs, expected one of'],
    ['{"cash": null}', 'heliograph.json: cash: expected a text, a number'],
    [
      '{"cash": -1}',
      '--cash: expected a number above 0, such as 1000 or 0.01 (found "-1", from heliograph.json)',
    ],
  ] as const)('is refused when it says %s', async ([config, sentence]) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'heliograph.json'), config);
    const result = await runCli([...backtest, '--config', 'heliograph.json'], { cwd: folder.path });
    expect(result.code).toBe(78);
    expect(result.stderr).toContain(sentence);
  });

  test('has to be there', async () => {
    const result = await runCli([...backtest, '--config', 'nowhere.json'], { cwd: '/' });
    expect(result.code).toBe(78);
    expect(result.stderr).toContain('nowhere.json: the configuration file cannot be read');
  });
});
