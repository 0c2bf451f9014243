import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { eventually } from '@heliograph/contracts/testing';
import { openCcxtVenue } from '@heliograph/signal-engine';
import { describe, expect, test } from 'vitest';
import {
  limitAnswers,
  startBinanceDouble,
  unclearAnswers,
  type BinanceDouble,
} from '../../../execution/src/testing/binance-double/binance-double.ts';
import { klineOf } from '../../../execution/src/testing/binance-double/klines.ts';
import { atServer } from '../at-server.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const minuteMs = 60_000;
const on = 'GET /api/v3/klines';
const args = ['download', '--venue', 'binance', '--timeframe', '1m'];
const btc = [...args, '--symbol', 'BTC/USDT'];
/** Of this length, so that it takes several pages of a thousand. */
const period = ['--from', '2024-01-01', '--to', '2024-01-03T12:00:00Z'];
const candles = 2.5 * 1_440;
const fromMs = Date.UTC(2024, 0, 1);

const envOf = ({ url }: BinanceDouble) => ({ HELIOGRAPH_VENUE_URL: url });

function truth(price: number, count = candles): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const openMs = fromMs + at * minuteMs;
    return `${openMs},${klineOf(price, openMs, minuteMs).join(',')}\n`;
  });
  return `timestamp,open,high,low,close,volume\n${rows.join('')}`;
}

async function unpacked(path: string): Promise<string> {
  return gunzipSync(await readFile(path)).toString();
}

const into = (name: string): string[] => [...btc, ...period, '--out', name];

describe.concurrent('heliograph download', () => {
  test('brings several symbols, through everything that the exchange does', async () => {
    await using double = await startBinanceDouble();
    await using folder = await temporaryFolder();
    const answer = { on, kind: 'answer', executed: false } as const;
    const now = { headers: { 'Retry-After': '1' } };
    double.fault({ ...answer, ...limitAnswers.tooManyRequests, ...now });
    double.fault({ ...answer, ...limitAnswers.banned, ...now });
    double.fault({ ...answer, ...unclearAnswers.unavailable });
    double.fault({ ...answer, status: 200, body: 'garbage' });
    double.fault({ ...answer, status: 200, body: '[]' });
    double.fault({ on, kind: 'lost_answer' });
    double.fault({ ...answer, on: 'GET /api/v3/exchangeInfo', ...unclearAnswers.badGateway });
    // It waits for much: the others need not wait for it.
    await using run = startCli([...args, '--symbol', 'BTC/USDT,ETH/USDT', ...period, '--json'], {
      cwd: folder.path,
      env: envOf(double),
    });
    const { code, stdout, stderr } = await run.result;
    expect(stderr).toMatch(/BTC\/USDT: .*: asking again in 1\.0s/);
    expect(code).toBe(0);
    const names = ['BTC_USDT-1m-binance.csv.gz', 'ETH_USDT-1m-binance.csv.gz'];
    const files = names.map((name) => join('candles', name));
    expect(JSON.parse(stdout)).toMatchObject({
      files: files.map((file) => ({ file, candles, downloaded: candles, gaps: [], missing: 0 })),
    });
    expect(await unpacked(join(folder.path, files[0] ?? ''))).toBe(truth(50_000));
    expect(await unpacked(join(folder.path, files[1] ?? ''))).toBe(truth(2_500));
    expect(await readdir(join(folder.path, 'candles'))).toEqual(names);
    const checked = await runCli(['data', 'check', 'candles'], { cwd: folder.path });
    expect(checked.stdout).toContain('3,600 candles, 2024-01-01 00:00 to 2024-01-03 12:00');
    expect(checked.code).toBe(0);
  });

  test('goes on after it was killed, and makes a file longer that is there', async () => {
    await using double = await startBinanceDouble();
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    const run = { cwd, env: envOf(double) };
    const out = ['--out', 'btc.csv'];
    double.fault({ on, kind: 'late_answer', ms: 60_000, after: 2 });
    await using first = startCli([...btc, ...period, ...out], run);
    await eventually(() => expect(double.requestsTo(on).length).toBe(3));
    first.kill('SIGKILL');
    await first.result;
    expect(await readdir(cwd), 'nothing half done has its name').toEqual(['btc.csv.part1']);
    const asked = double.requestsTo(on).length;

    await using second = startCli([...btc, ...period, ...out, '--json'], run);
    const { code, stdout } = await second.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ candles, downloaded: candles - 2_000 }] });
    expect(double.requestsTo(on)[asked]?.parameters).toMatchObject({
      startTime: String(fromMs + 2_000 * minuteMs),
    });
    expect(await readFile(join(cwd, 'btc.csv'), 'utf8')).toBe(truth(50_000));
    expect(await readdir(cwd)).toEqual(['btc.csv']);

    const longer = ['--from', '2024-01-01', '--to', '2024-01-04'];
    const again = await runCli([...btc, ...longer, ...out], run);
    expect(again.stdout).toContain('4,320 candles');
    expect(again.stdout).toContain('720 of them new');
    expect(await readFile(join(cwd, 'btc.csv'), 'utf8')).toBe(truth(50_000, 4_320));
  });

  test('a second one into the same file is refused, and the first one goes on', async () => {
    await using double = await startBinanceDouble();
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    const run = { cwd, env: envOf(double) };
    double.fault({ on, kind: 'late_answer', ms: 9_000, after: 2 });
    await using first = startCli(into('btc.csv'), run);
    await expect
      .poll(() => double.requestsTo(on).length, { timeout: 60_000, interval: 50 })
      .toBe(3);
    const second = await runCli(into(`../${basename(cwd)}/btc.csv`), run);
    expect(second.stderr).toContain('btc.csv is being written by another download');
    expect(second.code).toBe(1);
    expect((await first.result).code).toBe(0);
    expect(await readFile(join(cwd, 'btc.csv'), 'utf8')).toBe(truth(50_000));
    expect(await readdir(cwd)).toEqual(['btc.csv']);
  });

  test('a disk that is full is said, and with room again the same command goes on', async () => {
    await using double = await startBinanceDouble();
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    const whole = [...btc, ...period, '--out', 'btc.csv'];
    const program = join(import.meta.dirname, '../../bin/heliograph.js');
    const env = { PATH: process.env['PATH'] ?? '', ...envOf(double) };
    // Files of 100 blocks at most.
    const shell = ['-c', 'ulimit -f 100; exec "$@"', 'sh', process.execPath, program, ...whole];
    await expect(promisify(execFile)('/bin/sh', shell, { cwd, env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/btc\.csv cannot be written \(.*\): what has come is kept/),
    });
    expect(await readdir(cwd)).toEqual(['btc.csv.part1']);
    const { code, stdout } = await runCli([...whole, '--json'], { cwd, env: envOf(double) });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).files[0].downloaded).toBeLessThan(candles);
    expect(await readFile(join(cwd, 'btc.csv'), 'utf8')).toBe(truth(50_000));
  });

  test('is stopped by Ctrl-C with what it has', async () => {
    await using double = await startBinanceDouble();
    await using folder = await temporaryFolder();
    double.fault({
      on,
      kind: 'answer',
      executed: false,
      status: 503,
      body: '',
      times: 99,
      after: 1,
    });
    await using run = startCli([...btc, ...period], { cwd: folder.path, env: envOf(double) });
    await run.said('stderr', /asking again/);
    run.kill('SIGINT');
    const { code, stderr } = await run.result;
    expect(code).toBe(130);
    expect(stderr).toContain('the same command goes on from there');
  });

  test.each<[string, string[], string]>([
    ['a symbol', ['--symbol', 'BTC/EUR'], 'binance has no BTC/EUR; it has BTC/USDT'],
    ['no symbol', [], '--symbol: name what is wanted'],
  ])('refuses %s that is wrong', async (_, wrong, sentence) => {
    await using double = await startBinanceDouble();
    await using folder = await temporaryFolder();
    const { code, stderr } = await runCli(['download', '--from', '2024-01-01', ...wrong], {
      cwd: folder.path,
      env: envOf(double),
    });
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  test('refuses what there is not', async () => {
    await using double = await startBinanceDouble();
    const redirect = (url: string): string => atServer(double.url, url);
    const where = '--venue';
    await expect(openCcxtVenue('nowhere', { where, redirect })).rejects.toThrow(
      '--venue: there is no such exchange',
    );
    const venue = await openCcxtVenue('binance', { where, redirect });
    expect(() => venue.instrument('BTC/USDT', '7m')).toThrow(
      'binance has no candles of 7m; it has 1s, 1m',
    );
  });
});

describe('heliograph data check', () => {
  test('tells what is wrong in a folder, and ends with 3', async () => {
    await using folder = await temporaryFolder();
    const head = 'timestamp,open,high,low,close,volume';
    const rows = [0, 1, 1, 3].map((at) => `${fromMs + at * minuteMs},1,2,1,2,0`);
    await writeFile(join(folder.path, 'BTC_USDT-1m.csv'), [head, ...rows, ''].join('\n'));
    await writeFile(join(folder.path, 'ETH_USDT-1m.csv'), [head, ...rows.slice(0, 2)].join('\n'));
    const run = { cwd: folder.path };
    const text = await runCli(['data', 'check', '.'], run);
    expect(text.code).toBe(3);
    expect(text.stdout).toContain('ETH_USDT-1m.csv: 2 candles');
    expect(text.stdout).toContain('line 4: 2024-01-01T00:01:00.000Z is there already');
    expect(text.stdout).toContain('gap: 1, 1 candles missing');
    const ignored = ['data', 'check', '.', '--ignore', 'gap,duplicate'];
    expect(await runCli(ignored, run)).toMatchObject({ code: 0 });
  });

  const data = process.env['HELIOGRAPH_DATA'];
  test.skipIf(!data)(
    'finds what is known of real files (skipped without HELIOGRAPH_DATA)',
    async () => {
      const { code, stdout } = await runCli(['data', 'check', 'anomalies', '--json'], {
        cwd: data ?? '',
      });
      expect(code).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({
        files: [
          { candles: 52_721, missing: 542, counts: { gap: 3, duplicate: 1 } },
          { candles: 43_200, missing: 0, withoutVolume: 39_253, counts: { duplicate: 26_856 } },
          { candles: 13_681, missing: 717, counts: { gap: 538 } },
        ],
      });
    },
  );
});
