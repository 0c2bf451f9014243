import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Timeframe, type Candle, type TradeSignal } from '@heliograph/contracts';
import { describe, expect, test } from 'vitest';
import { createResampler } from './candles/resample.ts';
import { openCandleFileFeed } from './feeds/candle-file-feed.ts';
import { createSignalMachine } from './signals.ts';
import { smaCross } from './strategies/sma-cross.ts';

const shipped = join(import.meta.dirname, '../../data/BTC_USD-30m-bitstamp-2014.csv.gz');
const data = process.env['HELIOGRAPH_DATA'];

interface Played {
  readonly candle: Candle;
  readonly signal: TradeSignal | undefined;
}

/** Every candle of a file with the signal that it triggered. */
async function play(path: string): Promise<Played[]> {
  const feed = await openCandleFileFeed([path]);
  const machine = createSignalMachine({
    strategy: smaCross.configure({}),
    tape: 'golden',
    mode: 'backtest',
    runId: 'golden',
    source: 'signal-engine/test',
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  const played: Played[] = [];
  for await (const chunk of feed.chunks())
    for (const instant of chunk) {
      const [signal] = machine.onInstant(instant, instant.time);
      for (const candle of instant.candles) played.push({ candle, signal });
    }
  return played;
}

/** Entries and exits at the open of the candle after the signal: time and price of each closed trade. */
function trades(played: readonly Played[]): number[][] {
  const fills: { time: number; price: number }[] = [];
  for (const [index, { signal }] of played.entries()) {
    const next = played[index + 1]?.candle;
    const wanted = fills.length % 2 === 0 ? 'enter' : 'exit';
    if (next && signal?.data.intent === wanted)
      fills.push({ time: next.openTime, price: next.open });
  }
  return fills.flatMap((entry, index) => {
    const exit = fills[index + 1];
    return index % 2 === 0 && exit ? [[entry.time, entry.price, exit.time, exit.price]] : [];
  });
}

async function referenceTrades(path: string): Promise<number[][]> {
  const [, ...rows] = (await readFile(path, 'utf8')).trim().split('\n');
  return rows.map((row) => row.split(',').slice(0, 4).map(Number));
}

test('the shipped half-hour candles give 88 crosses, half of them up', async () => {
  const played = await play(shipped);
  const signals = played.flatMap(({ signal }) => signal ?? []);
  expect(played).toHaveLength(1_968);
  expect(signals).toHaveLength(88);
  expect(signals.map(({ sequence }) => sequence)).toEqual(signals.map((_, index) => index + 1));
  expect(signals.filter(({ data }) => data.intent === 'enter')).toHaveLength(44);
});

function at(...path: string[]): string {
  return join(data ?? '', ...path);
}

describe.skipIf(!data)('the files in HELIOGRAPH_DATA (skipped where it is not set)', () => {
  test.each([
    ['BTC_USDT-1m', 'crypto-1m'],
    ['SPY-1d', 'stock-1d'],
  ])('%s is traded when and where an exact reference trades it', async (name, folder) => {
    const played = await play(at('real', folder, `${name}.csv.gz`));
    const expected = await referenceTrades(at('reference', `${name}.unit.exact.csv`));
    expect(trades(played)).toEqual(expected);
  });

  test('ETH_BTC-1m, which has ten ties, gives 1096 trades', async () => {
    expect(trades(await play(at('real', 'crypto-1m', 'ETH_BTC-1m.csv.gz')))).toHaveLength(1_096);
  });

  test.each([
    ['real/crypto-1m', { candles: 471_912, gaps: 15 }],
    ['real/crypto-5m', { candles: 263_352, gaps: 32 }],
    ['real/stock-1d', { candles: 48_663 }],
    ['anomalies/UNITTEST_BTC-1m.csv.gz', { candles: 13_681, gaps: 538 }],
  ])('%s is read to its end', async (path, contents) => {
    const feed = await openCandleFileFeed([at(path)]);
    await expect(feed.inspect()).resolves.toMatchObject(contents);
  });

  test.each([
    ['ATOM_BTC-1m.raw.csv.gz', 'line 44106: found timestamp 1583754660000 (2020-03-09T11:51'],
    ['BTC_RUB-1m.raw.csv.gz', 'line 3: found timestamp 1575291600000 (2019-12-02T13:00'],
  ])('the repeated minutes of %s are refused', async (name, message) => {
    const feed = await openCandleFileFeed([at('anomalies', name)]);
    await expect(feed.inspect()).rejects.toThrow(message);
  });

  // Binance's own minutes and five minutes disagree there, in the same sixteen candles of every pair.
  const disputed = [Date.parse('2021-04-22T02:10Z'), Date.parse('2021-04-23T02:45Z')] as const;

  test.each([
    ['BTC_USDT', 8_583],
    ['ETH_USDT', 8_583],
    ['DOGE_USDT', 8_583],
    ['ETH_BTC', 11_439],
  ])('%s: minutes make the five minutes that the exchange itself told', async (pair, count) => {
    const told = new Map<number, Candle>();
    const fives = await openCandleFileFeed([at('real', 'crypto-5m', `${pair}-5m.csv.gz`)]);
    for await (const chunk of fives.chunks())
      for (const { candles } of chunk)
        for (const candle of candles) told.set(candle.openTime, candle);
    const resample = createResampler(Timeframe.parse('5m'));
    const minutes = await openCandleFileFeed([at('real', 'crypto-1m', `${pair}-1m.csv.gz`)]);
    const different: number[] = [];
    let compared = 0;
    for await (const chunk of minutes.chunks())
      for (const { candles } of chunk.flatMap(resample))
        for (const candle of candles) {
          const original = told.get(candle.openTime);
          if (!original) continue;
          compared++;
          if (!isDeepStrictEqual(candle, original)) different.push(candle.openTime);
        }
    expect(compared).toBe(count);
    expect(different).toHaveLength(16);
    expect(different.every((time) => time >= disputed[0] && time <= disputed[1])).toBe(true);
  });
});
