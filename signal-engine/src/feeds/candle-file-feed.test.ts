import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UserError } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.ts';
import { openCandleFileFeed } from './candle-file-feed.ts';
import { candleHeader } from './candle-rows.ts';
import type { Instant } from './feed.ts';

const start = 1_600_000_020_000;
const minute = 60_000;

function csvOf(minutes: readonly number[]): string {
  const rows = minutes.map((at) => `${start + at * minute},10,12,9,${10 + (at % 3)},1`);
  return [candleHeader, ...rows, ''].join('\n');
}

async function instantsIn(paths: string[], overrides = {}): Promise<Instant[]> {
  const feed = await openCandleFileFeed(paths, overrides);
  const instants: Instant[] = [];
  for await (const chunk of feed.chunks()) instants.push(...chunk);
  return instants;
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

test('reads a gzip file as it reads the plain one, over many blocks', async () => {
  await using folder = await makeTempFolder();
  const text = csvOf(range(20_000));
  const plain = await folder.write('BTC_USDT-1m.csv', text);
  await using other = await makeTempFolder();
  const packed = await other.write('BTC_USDT-1m.csv.gz', gzipSync(text));
  const instants = await instantsIn([plain]);
  expect(instants).toHaveLength(20_000);
  await expect(instantsIn([packed])).resolves.toEqual(instants);
});

test('can be read again, and left at any point', async () => {
  await using folder = await makeTempFolder();
  const path = await folder.write('BTC_USDT-1m.csv.gz', gzipSync(csvOf(range(20_000))));
  const feed = await openCandleFileFeed([path]);
  for (let round = 0; round < 3; round++)
    for await (const [first] of feed.chunks()) {
      expect(first?.time).toBe(start + minute);
      break;
    }
});

test('takes all candle files of a folder by name, merged by close time', async () => {
  await using folder = await makeTempFolder();
  await folder.write('ETH_USDT-1m.csv', csvOf([1, 2]));
  await folder.write('BTC_USDT-1m.csv.gz', gzipSync(csvOf([0, 1, 3])));
  await folder.write('notes.txt', 'not a candle file');
  const instants = await instantsIn([folder.path]);
  expect(
    instants.map(({ time, candles }) => [
      (time - start) / minute,
      ...candles.map(({ symbol }) => symbol),
    ]),
  ).toEqual([
    [1, 'BTC/USDT'],
    [2, 'BTC/USDT', 'ETH/USDT'],
    [3, 'ETH/USDT'],
    [4, 'BTC/USDT'],
  ]);
});

test('is the same feed in whichever order its files are named', async () => {
  await using folder = await makeTempFolder();
  const eth = await folder.write('ETH_USDT-1m.csv', csvOf([1]));
  const btc = await folder.write('BTC_USDT-1m.csv', csvOf([1]));
  const feeds = [await openCandleFileFeed([eth, btc]), await openCandleFileFeed([btc, eth])];
  for (const feed of feeds) {
    expect(feed.identity).toBe(feeds[0]?.identity);
    for await (const [instant] of feed.chunks())
      expect(instant?.candles.map(({ symbol }) => symbol)).toEqual(['BTC/USDT', 'ETH/USDT']);
  }
});

test('is the same feed for the same data elsewhere, another one for other data or another instrument', async () => {
  await using folder = await makeTempFolder();
  await using elsewhere = await makeTempFolder();
  const identity = async (name: string, text: string, where = folder): Promise<string> =>
    (await openCandleFileFeed([await where.write(name, text)])).identity;
  const first = await identity('BTC_USDT-1m.csv', csvOf([1, 2]));
  await expect(identity('BTC_USDT-1m.csv', csvOf([1, 2]), elsewhere)).resolves.toBe(first);
  await expect(identity('ETH_USDT-1m.csv', csvOf([1, 2]))).resolves.not.toBe(first);
  await expect(identity('BTC_USDT-1m.csv', csvOf([1, 3]))).resolves.not.toBe(first);
  await expect(identity('BTC_USDT-1m.csv', csvOf([1, 2, 3]))).resolves.not.toBe(first);
  const long = csvOf(range(20_000));
  const mended = long.replace(/,1\n$/, ',2\n');
  expect([mended.length, mended === long]).toEqual([long.length, false]);
  const before = await identity('BTC_USDT-1m.csv', long);
  await expect(identity('BTC_USDT-1m.csv', mended)).resolves.not.toBe(before);
});

test('tells what the files hold before anything is done with them', async () => {
  await using folder = await makeTempFolder();
  await folder.write('BTC_USDT-1m.csv', csvOf([0, 1, 5, 6, 9]));
  await folder.write('ETH_USDT-1m.csv', csvOf([3, 4, 12]));
  const feed = await openCandleFileFeed([folder.path]);
  await expect(feed.inspect()).resolves.toEqual({
    candles: 8,
    firstTime: start,
    lastTime: start + 13 * minute,
    gaps: 3,
  });
});

const good = csvOf(range(5_000));
const packed = gzipSync(good);
const damaged = Buffer.from(packed);
damaged.fill(0xff, 4_000, 4_100);

test.each([
  ['an empty file', 'A-1m.csv', '', 1, 'A-1m.csv is empty, expected the header timestamp,open'],
  [
    'an empty gzip file',
    'A-1m.csv.gz',
    gzipSync(''),
    1,
    'A-1m.csv.gz is empty, expected the header',
  ],
  [
    'a header alone',
    'A-1m.csv',
    candleHeader,
    1,
    'A-1m.csv, line 2: found the end of the file, expected a candle',
  ],
  [
    'a cut gzip file',
    'A-1m.csv.gz',
    packed.subarray(0, 9_000),
    1,
    /A-1m\.csv\.gz, after line \d+: the gzip data ends too early/,
  ],
  ['a damaged gzip file', 'A-1m.csv.gz', damaged, 1, /A-1m\.csv\.gz.*: the gzip data is damaged/],
  [
    'text named .gz',
    'A-1m.csv.gz',
    good,
    1,
    'A-1m.csv.gz is no gzip file though its name ends in .gz',
  ],
  [
    'binary data',
    'A-1m.csv',
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 10]),
    1,
    'line 1: found binary data',
  ],
  ['a row cut off', 'A-1m.csv', good.slice(0, -9), 1, /A-1m\.csv, line 5001: found \d fields/],
  ['a name that tells nothing', 'a.csv', good, 2, 'give it with --symbol'],
])('refuses %s', async (_, name, content, exitCode, message) => {
  await using folder = await makeTempFolder();
  const path = await folder.write(name, content);
  const act = async (): Promise<unknown> => (await openCandleFileFeed([path])).inspect();
  await expect(act()).rejects.toThrow(message);
  await expect(act()).rejects.toThrow(UserError);
  await expect(act()).rejects.toMatchObject({ exitCode });
});

test('refuses what is not there, a folder without candle files, and one symbol from two files', async () => {
  await using folder = await makeTempFolder();
  const missing = join(folder.path, 'BTC_USDT-1m.csv');
  await expect(openCandleFileFeed([missing])).rejects.toMatchObject({
    message: `${missing}: no such file or folder`,
    exitCode: 2,
  });
  await mkdir(join(folder.path, 'empty'));
  await expect(openCandleFileFeed([join(folder.path, 'empty')])).rejects.toMatchObject({
    message: `${join(folder.path, 'empty')} is a folder without candle files, expected *.csv or *.csv.gz`,
    exitCode: 1,
  });
  await folder.write('BTC_USDT-1m.csv', good);
  await folder.write('BTC_USDT-5m.csv', good);
  await expect(openCandleFileFeed([folder.path])).rejects.toThrow(
    /are both BTC\/USDT of binance: give one file for each symbol/,
  );
});

test('names the line of a broken row while the candles before it are used already', async () => {
  await using folder = await makeTempFolder();
  const path = await folder.write('A-1m.csv', `${good}oops\n`);
  const feed = await openCandleFileFeed([path]);
  let candles = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of feed.chunks()) candles += chunk.length;
  };
  await expect(read()).rejects.toThrow(`${path}, line 5002: found 1 field in "oops", expected 6`);
  expect(candles).toBeGreaterThan(0);
});
