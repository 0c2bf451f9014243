import { expect, test } from 'vitest';
import { openRecordedFeed } from '../open-recorded-feed.ts';

test('a name is a market: symbols, timeframe, seed and length', async () => {
  const feed = await openRecordedFeed(['simulate:BTC/USDT,ETH/USDT:USDT:5m:seed=7:candles=5000']);
  expect(feed.instruments).toEqual([
    { venue: 'simulated', symbol: 'BTC/USDT', timeframe: '5m' },
    { venue: 'simulated', symbol: 'ETH/USDT:USDT', timeframe: '5m' },
  ]);
  const { candles, firstTime, lastTime, gaps } = await feed.inspect();
  expect(firstTime).toBe(Date.UTC(2026, 0, 5));
  expect(lastTime).toBeGreaterThan(firstTime + 4_900 * 300_000);
  expect(candles).toBeGreaterThan(9_500);
  expect(candles).toBeLessThanOrEqual(10_000);
  expect(gaps).toBeGreaterThan(0);
});

test('equal names are equal markets, whenever they are read', async () => {
  const [one, same, other] = await Promise.all(
    [1, 1, 2].map((seed) => openRecordedFeed([`simulate:SPY:1m:seed=${seed}:candles=1500`])),
  );
  expect(one?.identity).toBe(same?.identity);
  expect(one?.identity).not.toBe(other?.identity);
  const read = async (): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const chunk of one?.chunks() ?? []) all.push(...chunk);
    return all;
  };
  expect(await read()).toEqual(await read());
});

test.each([
  ['simulate:', 'expected symbols, a colon and a timeframe'],
  ['simulate:BTC/USDT', 'expected symbols, a colon and a timeframe'],
  ['simulate:BTC/USDT:fast', 'expected symbols, a colon and a timeframe'],
  ['simulate:btc:1m', '"btc" is no symbol'],
  ['simulate:BTC/USDT:1m:seed=x', '"seed=x": expected a whole number'],
  ['simulate:BTC/USDT:1m:candles=0', '"candles=0": expected a whole number'],
  ['simulate:BTC/USDT:1m:speed=2', '"speed=2": expected a whole number for seed or candles'],
])('%s is refused with an example', async (name, why) => {
  await expect(openRecordedFeed([name])).rejects.toThrow(why);
  await expect(openRecordedFeed([name])).rejects.toThrow('as in simulate:BTC/USDT,ETH/USDT:1m');
});

test('a simulated market is alone, and is of no venue but its own', async () => {
  await expect(openRecordedFeed(['simulate:SPY:1m', 'candles.csv'])).rejects.toThrow(
    'do not go together',
  );
  await expect(openRecordedFeed(['simulate:SPY:1m'], { venue: 'binance' })).rejects.toThrow(
    '--venue binance: a simulated market says all of that in its name',
  );
});
