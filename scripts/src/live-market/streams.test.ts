import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamMode } from '@heliograph/signal-engine';
import { describe, expect, test } from 'vitest';
import {
  limitAnswers,
  startBinanceDouble,
} from '../../../execution/src/testing/binance-double/binance-double.ts';
import { follow, told, truth } from './follow.ts';

const klines = 'GET /api/v3/klines';

describe.concurrent('a market that streams', () => {
  test.each<StreamMode>(['auto', 'trades'])('is heard and not asked: %s', async (mode) => {
    await using double = await startBinanceDouble();
    await using feed = await follow(double, mode);
    await feed.said('candles come by the stream', 2);
    await feed.more(2);
    const asked = double.requestsTo(klines).length;
    await feed.more(5);
    expect(double.requestsTo(klines).length - asked, 'requests').toBeLessThanOrEqual(2);
    expect(told(feed.candles)).toEqual(truth(feed.candles));
  });

  test('is asked only, where that is wanted', async () => {
    await using double = await startBinanceDouble();
    await using feed = await follow(double, 'off');
    await feed.more(7);
    expect(double.marketSubscribers).toBe(0);
    expect(told(feed.candles)).toEqual(truth(feed.candles));
  });

  test('tells the truth through breaks, garbage, delays and a REST that fails as well', async () => {
    await using double = await startBinanceDouble();
    await using trades = await follow(double, 'trades');
    await using feed = await follow(double);
    await feed.more(3);
    double.disturb({ kind: 'drop' });
    double.disturb({ kind: 'refuse', times: 2, status: 503 });
    double.disturb({ kind: 'late', times: 30, ms: 900 });
    double.disturb({ kind: 'garbage', times: 5 });
    const answer = { on: klines, kind: 'answer', executed: false } as const;
    const soon = { headers: { 'Retry-After': '1' } };
    double.fault({ ...answer, ...limitAnswers.tooManyRequests, ...soon });
    double.fault({ ...answer, ...limitAnswers.banned, ...soon });
    double.fault({ ...answer, status: 503, body: '' });
    double.fault({ ...answer, status: 200, body: 'garbage' });
    await feed.more(6);
    await trades.more(1);
    expect(told(feed.candles)).toEqual(truth(feed.candles));
    expect(told(trades.candles)).toEqual(truth(trades.candles));
  });

  test('that falls silent is said so, and is asked instead', async () => {
    await using double = await startBinanceDouble();
    await using feed = await follow(double);
    await feed.said('candles come by the stream', 2);
    double.disturb({ kind: 'silence' });
    await feed.said('the stream is silent: asking for candles instead');
    await feed.more(3);
    expect(told(feed.candles)).toEqual(truth(feed.candles));
  });

  test.each([0, 500, 900])(
    'that is left %i ms after a break is not connected to any more',
    async (ms) => {
      await using double = await startBinanceDouble();
      {
        await using feed = await follow(double);
        await feed.said('candles come by the stream', 2);
        double.disturb({ kind: 'drop' });
        await feed.said('the stream has broken, connecting again', 2);
        await sleep(ms);
      }
      const connected: number[] = [];
      for (let looks = 0; looks < 20; looks++) {
        await sleep(100);
        connected.push(double.marketSubscribers);
      }
      expect(Math.max(...connected)).toBe(0);
    },
  );

  test.each([
    ['ahead', 90_000],
    ['behind', -90_000],
  ])('whose clock lies, %s, tells no candle before it has closed', async (_, lieMs) => {
    await using double = await startBinanceDouble();
    const body = JSON.stringify({ serverTime: Date.now() + lieMs });
    const on = 'GET /api/v3/time';
    double.fault({ on, kind: 'answer', executed: false, status: 200, body, times: 99 });
    await using feed = await follow(double, 'off');
    await feed.more(9);
    expect(told(feed.candles)).toEqual(truth(feed.candles));
    expect(feed.messages()).toContain(
      'the clock of binance and the clock here differ: one is wrong',
    );
  });
});
