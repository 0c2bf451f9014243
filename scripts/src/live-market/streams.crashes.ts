import { describe, expect, test } from 'vitest';
import {
  startBinanceDouble,
  type BinanceDouble,
} from '../../../execution/src/testing/binance-double/binance-double.ts';
import { follow, told, truth } from './follow.ts';

describe.concurrent('a market that streams', () => {
  test.each<[string, (double: BinanceDouble) => void]>([
    ['connections that break', (double) => double.disturb({ kind: 'drop' })],
    [
      'connections that are refused',
      (double) => {
        for (const status of [429, 418, 503]) double.disturb({ kind: 'refuse', times: 1, status });
        double.disturb({ kind: 'drop' });
      },
    ],
    ['silence', (double) => double.disturb({ kind: 'silence' })],
    ['messages that are lost', (double) => double.disturb({ kind: 'lose', times: 60 })],
    ['messages that are told twice', (double) => double.disturb({ kind: 'repeat', times: 60 })],
    ['messages that come late', (double) => double.disturb({ kind: 'late', times: 60, ms: 1_700 })],
    ['messages that are cut off', (double) => double.disturb({ kind: 'cut', times: 40 })],
    ['garbage', (double) => double.disturb({ kind: 'garbage', times: 40 })],
  ])('tells the truth through %s', async (_, disturb) => {
    await using double = await startBinanceDouble();
    await using trades = await follow(double, 'trades');
    await using feed = await follow(double);
    await feed.more(3);
    disturb(double);
    await feed.more(6);
    await trades.more(1);
    expect(told(feed.candles)).toEqual(truth(feed.candles));
    expect(told(trades.candles)).toEqual(truth(trades.candles));
  });
});
