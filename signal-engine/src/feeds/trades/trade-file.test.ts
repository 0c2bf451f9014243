import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../testing/temp-folder.ts';
import type { Instant } from '../feed.ts';
import { openRecordedFeed } from '../open-recorded-feed.ts';

const data = process.env['HELIOGRAPH_DATA'];
const start = 1_600_000_020_000;

async function instantsIn(names: string[], overrides = {}): Promise<Instant[]> {
  const feed = await openRecordedFeed(names, overrides);
  const instants: Instant[] = [];
  for await (const chunk of feed.chunks()) instants.push(...chunk);
  return instants;
}

function csvOf(rows: readonly string[], header = 'timestamp,price,size'): string {
  return [header, ...rows, ''].join('\n');
}

const threeMinutes = csvOf([
  `${start},10,0.1`,
  `${start + 59_999},12,0.2`,
  `${start + 60_000},11,1`,
  `${start + 200_000},9,5`,
]);

test('trades are candles, but for the last, of which nothing says that it has closed', async () => {
  await using folder = await makeTempFolder();
  const plain = await folder.write('BTC_USDT-trades.csv', threeMinutes);
  const packed = await folder.write('ETH_USDT-trades.csv.gz', gzipSync(threeMinutes));
  const instants = await instantsIn([`trades:${plain}:1m`]);
  const about = { venue: 'binance', symbol: 'BTC/USDT', timeframe: '1m' };
  expect(instants.flatMap(({ candles }) => candles)).toEqual([
    {
      ...about,
      openTime: start,
      closeTime: start + 60_000,
      open: 10,
      high: 12,
      low: 10,
      close: 12,
      volume: 0.3,
    },
    {
      ...about,
      openTime: start + 60_000,
      closeTime: start + 120_000,
      open: 11,
      high: 11,
      low: 11,
      close: 11,
      volume: 1,
    },
  ]);
  const both = await instantsIn([`trades:${plain}:1m`, `trades:${packed}:1m`]);
  expect(both.map(({ candles }) => candles.map(({ symbol }) => symbol))).toEqual([
    ['BTC/USDT', 'ETH/USDT'],
    ['BTC/USDT', 'ETH/USDT'],
  ]);
});

test('the columns may come in any order, with others beside them', async () => {
  await using folder = await makeTempFolder();
  const path = await folder.write(
    'ticks.csv',
    csvOf([`buy,2,${start},7,x`, `sell,3,${start + 60_000},8,y`], 'side,size,timestamp,price,id'),
  );
  const instants = await instantsIn([`trades:${path}`], { symbol: 'SPY', timeframe: '30s' });
  expect(instants).toMatchObject([{ candles: [{ symbol: 'SPY', open: 7, volume: 2 }] }]);
});

test.each([
  ['1600000020000,10', 'line 3: found 2 fields in "1600000020000,10", expected 3'],
  ['1600000020000,ten,1', 'line 3: found price "ten", expected a number'],
  ['1600000020000,NaN,1', 'line 3: found price "NaN", expected a number'],
  ['1600000020000,-1,1', 'line 3: found price -1, expected one above 0'],
  ['1600000020000,1,0', 'line 3: found size 0, expected one above 0'],
  ['1600000019999,1,1', 'line 3: found timestamp 1600000019999 after 1600000020000'],
  ['1600000020000000000,1,1', 'line 3: found timestamp 1600000020000000000 (nanoseconds?)'],
  ['1600000020.5,1,1', 'line 3: found timestamp 1600000020.5, expected epoch milliseconds'],
])('a row %s is refused with its file and line', async (row, message) => {
  await using folder = await makeTempFolder();
  const path = await folder.write('BTC_USDT-trades.csv', csvOf([`${start},10,1`, row]));
  const feed = await openRecordedFeed([`trades:${path}:1m`]);
  await expect(feed.inspect()).rejects.toThrow(`${path}, ${message}`);
});

test.each([
  ['timestamp,price\n1,1\n', 'line 1: found "timestamp,price", expected the header'],
  ['timestamp,price,size,price\n', 'line 1: found "timestamp,price,size,price", expected'],
  ['timestamp,price,size\n', 'line 2: found the end of the file, expected a trade'],
  ['', 'is empty, expected the header timestamp,price,size'],
])('a file that holds %j is refused', async (text, message) => {
  await using folder = await makeTempFolder();
  const path = await folder.write('BTC_USDT-trades.csv', text);
  await expect(instantsIn([`trades:${path}:1m`])).rejects.toThrow(message);
});

test.each([
  [['trades:BTC_USDT-trades.csv'], 'expected trades:FILE:TIMEFRAME, such as'],
  [['trades::1m'], 'expected trades:FILE:TIMEFRAME'],
  [['trades:nowhere/BTC_USDT-trades.csv:1m'], 'no such file or folder'],
  [['trades:nowhere/BTC_USDT-trades.csv:1m', 'more.csv'], 'do not go together'],
])('%j is refused', async (names, message) => {
  await expect(instantsIn(names)).rejects.toThrow(message);
});

test('longer candles are made of what is there', async () => {
  await using folder = await makeTempFolder();
  const rows = Array.from({ length: 200 }, (_, at) => `${start + 60_000 * at},${at + 1},1`);
  const path = await folder.write('BTC_USDT-trades.csv', csvOf(rows));
  const direct = await instantsIn([`trades:${path}:1h`]);
  const resampled = await instantsIn([`trades:${path}:1m`], { resample: '1h' });
  // The first one begins before the trades do.
  expect(resampled).toEqual(direct.slice(1));
  expect(resampled.length).toBeGreaterThan(1);
  const feed = await openRecordedFeed([`trades:${path}:1h`]);
  await expect(openRecordedFeed([`trades:${path}:1h`], { resample: '5m' })).rejects.toThrow(
    '--resample 5m: BTC/USDT: candles of 1h make none of 5m',
  );
  expect(feed.identity).not.toBe(
    (await openRecordedFeed([`trades:${path}:1m`], { resample: '1h' })).identity,
  );
});

describe.skipIf(!data)('the trades in HELIOGRAPH_DATA (skipped where it is not set)', () => {
  test.each([
    ['SPY-trades-20131008.csv.gz', { timeframe: '1m' }, 451_545],
    ['XRP_ETH-trades-2019-10.csv.gz', { timeframe: '1h' }, 12_477],
    ['spot-btcusdt-trades-20240808.csv.gz', { timeframe: '1m', symbol: 'BTC/USDT' }, 9_757],
  ])('%s: no trade is lost, none counted twice', async (name, overrides, count) => {
    const path = join(data ?? '', 'real/ticks', name);
    const instants = await instantsIn([`trades:${path}`], overrides);
    const candles = instants.flatMap((instant) => instant.candles);
    const { sizes, highest, trades } = await bareSums(path, candles.at(-1)?.closeTime ?? 0);
    const volume = candles.reduce((sum, candle) => sum + candle.volume, 0);
    expect(trades.all).toBe(count);
    expect(volume / sizes).toBeCloseTo(1, 10);
    expect(Math.max(...candles.map(({ high }) => high))).toBe(highest);
  });
});

/** What the file says up to a moment, read without any code of ours. */
async function bareSums(path: string, untilMs: number) {
  const { readFile } = await import('node:fs/promises');
  const { gunzipSync } = await import('node:zlib');
  const [header = '', ...rows] = gunzipSync(await readFile(path))
    .toString()
    .trim()
    .split('\n');
  const names = header.split(',');
  let sizes = 0;
  let highest = 0;
  for (const row of rows) {
    const cells = row.split(',');
    const cell = (name: string): number => Number(cells[names.indexOf(name)]);
    if (cell('timestamp') >= untilMs) continue;
    sizes += cell('size');
    highest = Math.max(highest, cell('price'));
  }
  return { sizes, highest, trades: { all: rows.length } };
}
