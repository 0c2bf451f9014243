import { setTimeout as sleep } from 'node:timers/promises';
import {
  CandleClosed,
  candleOf,
  parseEvent,
  PermanentError,
  SymbolName,
  TapeEnded,
  TransientError,
  UserError,
} from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { aCandle, eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import type { Feed } from './feeds/feed.ts';
import type { ConfiguredStrategy } from './strategies/define-strategy.ts';
import {
  signalsIn,
  start,
  stored,
  strategy,
  withPublish,
  zigzag,
} from './testing/engine-on-bus.ts';
import { type Outcome, startFakeWorker } from './testing/fake-worker.ts';
import { candlesOf, feedOf } from './testing/feed-of.ts';

test('publishes every candle, the signals behind the candles that triggered them, and the end of the tape', async () => {
  const server = createMemoryServer();
  const candles = zigzag(20);
  const engine = await start(server.connect(), { feed: feedOf(candles) });
  await engine.finished;

  const market = await stored(server, 'MARKET');
  const end = parseEvent(TapeEnded, market.at(-1)?.body ?? '');
  const events = market.slice(0, -1).map(({ body }) => parseEvent(CandleClosed, body));
  expect(events.map(candleOf)).toEqual(candles);
  expect(market[0]?.subject).toBe('market.candle.binance.BTC-USDT.1m');
  expect(end).toMatchObject({
    subject: engine.tape,
    time: events.at(-1)?.time,
    data: {
      tape: { id: engine.tape },
      candles: 20,
      closes: [{ venue: 'binance', symbol: 'BTC/USDT', close: '102' }],
    },
  });

  const signals = await signalsIn(server);
  expect(signals.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  for (const { data, time } of signals) {
    expect(data).toMatchObject({ mode: 'paper', runId: engine.tape, tape: { id: engine.tape } });
    expect(events[(data.tape?.sequence ?? 0) - 1]?.time, 'the candle that triggered it').toBe(time);
  }
  expect(engine.progress).toEqual({
    status: 'ended',
    candles: 20,
    signals: 6,
    instant: candles.at(-1)?.closeTime,
    failures: 0,
  });
});

test('plays several symbols, the candles of one instant before its signals', async () => {
  const server = createMemoryServer();
  const other = SymbolName.parse('ETH/USDT');
  const instants = zigzag(12).map((candle) => ({
    time: candle.closeTime,
    candles: [candle, { ...candle, symbol: other }],
  }));
  const feed: Feed = {
    ...feedOf([aCandle()]),
    async *chunks() {
      yield instants;
    },
  };
  await (
    await start(server.connect(), { feed })
  ).finished;
  const signals = await signalsIn(server);
  expect(signals.map(({ data }) => [data.symbol, data.tape?.sequence])).toEqual(
    [5, 8, 11].flatMap((at) => [
      ['BTC/USDT', 2 * at],
      ['ETH/USDT', 2 * at],
    ]),
  );
});

test.each<Outcome>(['signal_skipped', 'order_accepted', 'order_rejected', 'order_unknown'])(
  'releases nothing more until a signal is settled, here by %s',
  async (outcome) => {
    const server = createMemoryServer();
    const engine = await start(server.connect(), { pace: 'settled' });
    await eventually(async () => expect(await signalsIn(server)).toHaveLength(1));
    await sleep(20);
    const waiting = (await stored(server, 'MARKET')).length;
    expect(waiting, 'the first signal is at the fifth candle').toBe(5);
    await expect(signalsIn(server)).resolves.toHaveLength(1);
    using _worker = startFakeWorker(server.connect(), () => outcome);
    await engine.finished;
    await expect(signalsIn(server)).resolves.toHaveLength(12);
  },
);

test('publishes without waiting for anybody at a free pace', async () => {
  const server = createMemoryServer();
  await (
    await start(server.connect(), { pace: 'free' })
  ).finished;
  await expect(signalsIn(server)).resolves.toHaveLength(12);
});

test('stops while nobody settles its signals, and finishes later', async () => {
  const server = createMemoryServer();
  const engine = await start(server.connect(), { pace: 'settled' });
  await eventually(async () => expect(await signalsIn(server)).toHaveLength(1));
  await engine.stop();
  await engine.finished;
  expect(engine.progress).toMatchObject({ status: 'stopped', candles: 4, signals: 0 });

  using _worker = startFakeWorker(server.connect());
  const second = await start(server.connect(), { pace: 'settled' });
  await second.finished;
  expect(second.progress).toMatchObject({ status: 'ended', candles: 40, signals: 12 });
  await expect(signalsIn(server)).resolves.toHaveLength(12);
});

// The next candle is a minute away.
test('stops while it waits for the time of the next candle', { timeout: 50_000 }, async () => {
  const engine = await start(createMemoryServer().connect(), { speed: 1 });
  await engine.stop();
  expect(engine.progress.status).toBe('stopped');
});

test('waits out failures that pass, and loses neither order nor message', async () => {
  const server = createMemoryServer();
  const bus = server.connect();
  let calls = 0;
  const engine = await start(
    withPublish(bus, async (message) => {
      if (calls++ % 10 === 7) throw new TransientError('TIMEOUT', 'no answer');
      return bus.publish(message);
    }),
  );
  await engine.finished;
  const signals = await signalsIn(server);
  expect(signals.map(({ sequence }) => sequence)).toEqual(signals.map((_, index) => index + 1));
  expect(signals).toHaveLength(12);
  const market = await stored(server, 'MARKET');
  expect(market).toHaveLength(41);
  const events = market.slice(0, -1).map(({ body }) => parseEvent(CandleClosed, body));
  for (const { data, time } of signals) {
    const sequence = data.tape?.sequence ?? 0;
    expect(events[sequence - 1]?.time).toBe(time);
    expect(events[sequence]?.data.openTime, 'the next candle fills').toBe(time);
  }
});

test('cannot go on after a failure that does not pass', async () => {
  const refused = new PermanentError('REFUSED', 'no permission');
  const engine = await start(
    withPublish(createMemoryServer().connect(), () => Promise.reject(refused)),
  );
  await expect(engine.finished).rejects.toBe(refused);
  await engine.stop();
  expect(engine.progress.status).toBe('stopped');
});

test('cannot go on when its feed breaks, and says which line', async () => {
  const feed: Feed = {
    ...feedOf(zigzag(4)),
    async *chunks() {
      yield* feedOf(zigzag(4)).chunks();
      throw new UserError('x.csv, line 6: found nothing');
    },
  };
  const engine = await start(createMemoryServer().connect(), { feed });
  await expect(engine.finished).rejects.toThrow('x.csv, line 6');
});

test('holds a bounded number of candles however slowly they are stored', async () => {
  const server = createMemoryServer();
  const bus = server.connect();
  let onTheirWay = 0;
  let most = 0;
  let pulled = 0;
  let published = 0;
  let ahead = 0;
  const rising = candlesOf(Array.from({ length: 3_000 }, (_, index) => 100 + index));
  const feed = feedOf(rising, 50);
  const engine = await start(
    withPublish(bus, async (message) => {
      most = Math.max(most, ++onTheirWay);
      ahead = Math.max(ahead, pulled - published);
      await sleep(1);
      onTheirWay--;
      published++;
      return bus.publish(message);
    }),
    {
      feed: {
        ...feed,
        async *chunks() {
          for await (const chunk of feed.chunks()) {
            pulled += chunk.length;
            yield chunk;
          }
        },
      },
    },
  );
  await engine.finished;
  expect(published).toBe(3_001);
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThanOrEqual(256);
  expect(ahead).toBeLessThanOrEqual(256 + 50);
});

test('reports a failing strategy and goes on', async () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } });
  let candles = 0;
  const failing: ConfiguredStrategy = {
    ...strategy,
    create: () => ({
      onCandle() {
        if (++candles === 3) throw new Error('boom');
        return undefined;
      },
    }),
  };
  const engine = await start(createMemoryServer().connect(), { strategy: failing, log });
  await engine.finished;
  expect(engine.progress).toMatchObject({ status: 'ended', candles: 40, signals: 0 });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: 50,
      strategy: 'sma-cross',
      symbol: 'BTC/USDT',
      candle: '2026-01-05T00:03:00.000Z',
      msg: 'the strategy failed on a candle',
      err: expect.objectContaining({ message: 'boom' }),
    }),
  ]);
});
