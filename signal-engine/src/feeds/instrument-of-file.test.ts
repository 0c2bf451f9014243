import { UserError } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { instrumentOfFile } from './instrument-of-file.ts';

test.each([
  ['BTC_USDT-1m.csv.gz', 'binance', 'BTC/USDT', '1m'],
  ['/data/BTC_USD-30m-bitstamp-2014.csv.gz', 'bitstamp', 'BTC/USD', '30m'],
  ['SPY-1d.csv.gz', 'binance', 'SPY', '1d'],
  ['BTC_USDT_USDT-4h.csv', 'binance', 'BTC/USDT:USDT', '4h'],
  ['BTCUSDT-1m-2024-01.csv', 'binance', 'BTCUSDT', '1m'],
  ['SP500-longest-1d.csv', 'binance', 'SP500', '1d'],
  ['ATOM_BTC-1m.raw.csv.gz', 'binance', 'ATOM/BTC', '1m'],
])('reads %s', (path, venue, symbol, timeframe) => {
  expect(instrumentOfFile(path)).toEqual({ venue, symbol, timeframe });
});

test('prefers what is given to what the name tells', () => {
  const given = { venue: 'kraken', symbol: 'ETH/EUR', timeframe: '5m' };
  expect(instrumentOfFile('BTC_USDT-1m-bitstamp.csv', given)).toEqual(given);
  expect(instrumentOfFile('candles.csv', given)).toEqual(given);
});

test.each([
  [
    'prices.csv',
    {},
    'the file name prices.csv does not tell the symbol: give it with --symbol, e.g. --symbol BTC/USDT',
  ],
  [
    'BTC_USDT.csv',
    {},
    'the file name BTC_USDT.csv does not tell the timeframe: give it with --timeframe, e.g. --timeframe 1m',
  ],
  ['BTCUSD-1M.csv', {}, 'does not tell the timeframe'],
  [
    'BTC_USDT-1m.csv',
    { symbol: 'btc' },
    '"btc" is no symbol: give one with --symbol, e.g. --symbol BTC/USDT',
  ],
  [
    'BTC_USDT-1m.csv',
    { timeframe: '1 minute' },
    '"1 minute" is no timeframe: give one with --timeframe',
  ],
  [
    'BTC_USDT-1m.csv',
    { venue: 'Binance' },
    '"Binance" is no venue: give one with --venue, e.g. --venue binance',
  ],
])('refuses %s with %o', (path, given, message) => {
  const act = (): unknown => instrumentOfFile(path, given);
  expect(act).toThrow(UserError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ exitCode: 2 }));
});
