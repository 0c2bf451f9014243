import { expect, test } from 'vitest';
import { isNatsFeed, openNatsFeed } from './nats-feed.ts';

test('a name tells whose market is read, and whether candles are made of trades', () => {
  const candles = openNatsFeed('nats:binance:BTC/USDT,ETH/USDT:USDT:5m');
  expect(candles).toMatchObject({
    isOnBus: true,
    instruments: [
      { venue: 'binance', symbol: 'BTC/USDT', timeframe: '5m' },
      { venue: 'binance', symbol: 'ETH/USDT:USDT', timeframe: '5m' },
    ],
  });
  expect(openNatsFeed('nats-trades:my-venue:SPY:30s')).toMatchObject({
    isOnBus: false,
    instruments: [{ venue: 'my-venue', symbol: 'SPY', timeframe: '30s' }],
  });
  expect(['nats:a:B:1m', 'nats-trades:a:B:1m', 'ccxt:a:B:1m', 'nats.csv'].map(isNatsFeed)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  ['nats:', 'expected a venue, symbols and a timeframe'],
  ['nats:binance:1m', 'expected a venue, symbols and a timeframe'],
  ['nats:Binance:BTC/USDT:1m', '"Binance" is no venue'],
  ['nats:binance:btc:1m', '"btc" is no symbol'],
  ['nats-trades:binance:BTC/USDT:fast', '"fast" is no timeframe'],
])('%s is refused with an example', (name, why) => {
  expect(() => openNatsFeed(name)).toThrow(`--feed ${name}: ${why}, such as nats`);
});
