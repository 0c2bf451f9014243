import {
  MarketDisturbed,
  type CandleClosed,
  candleEvent,
  MessageDeadLettered,
  parseEvent,
  subjects,
  SymbolName,
  Timeframe,
  type Candle,
} from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle, eventually } from '@heliograph/contracts/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { LiveFeed } from './feeds/live/live-feed.ts';
import { openNatsFeed } from './feeds/live/nats-feed.ts';
import { startLiveEngine } from './live-engine.ts';
import type { SignalEngine } from './signal-engine.ts';
import { signalsIn, stored, strategy, type Server } from './testing/engine-on-bus.ts';

const minute = 60_000;
let others = 0;
const startMs = aCandle().openTime;
/** Turns at every candle: down, up, down, up. */
const closeAt = (at: number): number => 100 + (at % 2);

async function engineOn(
  server: Server,
  feed: LiveFeed,
  nowMs: () => number,
): Promise<SignalEngine> {
  const bus = await server.connect();
  const engine = await startLiveEngine({
    bus,
    feed,
    strategy,
    basePortfolio: 'paper',
    mode: 'paper',
    warmUp: 10,
    instance: 'test',
    log: createSilentLogger(),
    nowMs,
  });
  onTestFinished(async () => {
    await engine.stop();
    await bus.close();
  });
  return engine;
}

function eventOf(candle: Candle): CandleClosed {
  const { closeTime: recordedMs } = candle;
  return candleEvent(candle, { tape: 'live', source: 'somebody/else', recordedMs });
}

function bodyOf(candle: Candle): string {
  return JSON.stringify(eventOf(candle));
}

async function publish(bus: Bus, candle: Candle, body?: string): Promise<number> {
  const event = eventOf(candle);
  const id = body === undefined ? event.id : `${event.id}-${++others}`;
  const { sequence } = await bus.publish({
    subject: subjects.candle(candle),
    id,
    body: body ?? bodyOf(candle),
  });
  return sequence;
}

/** Candles as they happen: the clock is that of the last one. */
function marketOf(candles: readonly Candle[]): { feed: LiveFeed; nowMs: () => number } {
  let nowMs = startMs;
  const [{ venue, symbol, timeframe } = aCandle()] = candles;
  const feed: LiveFeed = {
    name: 'test',
    instruments: [{ venue, symbol, timeframe }],
    async *instants() {
      for (const candle of candles) {
        nowMs = candle.closeTime;
        yield { time: candle.closeTime, candles: [candle] };
      }
    },
  };
  return { feed, nowMs: () => nowMs };
}

async function alertsIn(server: Server): Promise<MarketDisturbed['data'][]> {
  return (await stored(server, 'ALERTS')).map(({ body }) => parseEvent(MarketDisturbed, body).data);
}

test('candles of others are traded where they are, and none is published a second time', async () => {
  const server = createMemoryServer();
  await using others = server.connect();
  const engine = await engineOn(server, openNatsFeed('nats:binance:BTC/USDT:1m'), () => startMs);
  const sequences: number[] = [];
  for (let at = -15; at < 0; at++)
    sequences.push(await publish(others, aCandle({ at, close: closeAt(at + 100) })));
  // Of another length, another symbol and another tape: not for us.
  await publish(others, aCandle({ at: -1, timeframe: Timeframe.parse('5m') }));
  await publish(others, aCandle({ at: -1, symbol: SymbolName.parse('ETH/USDT') }));
  await eventually(async () => expect(engine.progress.candles).toBe(10));
  const signals = await signalsIn(server);
  expect(signals.length).toBeGreaterThan(5);
  for (const { data } of signals) expect(sequences).toContain(data.tape?.sequence);
  await expect(stored(server, 'MARKET')).resolves.toHaveLength(17);
});

test('a candle of a time that has not come, on the bus before, keeps no engine silent until then', async () => {
  const server = createMemoryServer();
  await using others = server.connect();
  await publish(others, aCandle({ at: 600 }));
  const candles = Array.from({ length: 8 }, (_, at) => aCandle({ at, close: closeAt(at) }));
  const { feed, nowMs } = marketOf(candles);
  const engine = await engineOn(server, feed, nowMs);
  await engine.finished;
  expect(engine.progress.candles).toBe(8);
  expect((await signalsIn(server)).length).toBeGreaterThan(3);
});

test('what is no candle is a dead letter, and what cannot be is an alert; everything else goes on', async () => {
  const server = createMemoryServer();
  await using others = server.connect();
  const symbols = ['BTC/USDT', 'ETH/USDT'].map((name) => SymbolName.parse(name));
  const engine = await engineOn(
    server,
    openNatsFeed(`nats:binance:${symbols.join(',')}:1m`),
    () => startMs + 10 * minute,
  );
  const [btc = aCandle().symbol, eth = aCandle().symbol] = symbols;
  await publish(others, aCandle({ at: 0, symbol: btc }));
  await publish(others, aCandle({ at: 1, symbol: btc }), 'garbage');
  await publish(others, aCandle({ at: 1, symbol: btc }), JSON.stringify({ type: 'candle_closed' }));
  await publish(others, aCandle({ at: 1, symbol: btc }), bodyOf(aCandle({ at: 1, symbol: eth })));
  const stretched = { ...aCandle({ at: 1, symbol: btc }), closeTime: startMs + 2.5 * minute };
  await publish(others, stretched, bodyOf(stretched));
  await publish(others, aCandle({ at: 999, symbol: btc }));
  for (let at = 0; at < 5; at++) await publish(others, aCandle({ at, symbol: eth }));
  await publish(others, aCandle({ at: 1, symbol: btc }));
  await publish(others, aCandle({ at: 2, symbol: btc }));
  await eventually(async () => expect(engine.progress.candles).toBe(8));
  const letters = (await stored(server, 'DEAD_LETTERS'))
    .filter(({ subject }) => subject === 'dead_letter.signal-engine')
    .map(({ body }) => parseEvent(MessageDeadLettered, body).data.error);
  expect(letters).toEqual([
    expect.stringContaining('INVALID_JSON'),
    expect.stringContaining('INVALID_EVENT'),
    expect.stringContaining('WRONG_SUBJECT'),
  ]);
  const alerts = await alertsIn(server);
  expect(alerts.map(({ kind, symbol }) => [kind, symbol])).toEqual(
    expect.arrayContaining([
      ['BAD_CANDLE', btc],
      ['FUTURE_DATA', btc],
    ]),
  );
  expect(alerts.some(({ symbol }) => symbol === eth)).toBe(false);
});

test('the first candle behind a hole opens no position, the hole is told, and trading goes on', async () => {
  const places = [0, 1, 2, 3, 4, 9, 10, 11];
  const candles = places.map((at, index) => aCandle({ at, close: closeAt(index) }));
  const { feed, nowMs } = marketOf(candles);
  const server = createMemoryServer();
  const engine = await engineOn(server, feed, nowMs);
  await engine.finished;
  expect(
    (await signalsIn(server)).map(({ time, data }) => [
      data.intent,
      (Date.parse(time) - startMs) / minute - 1,
    ]),
  ).toEqual([
    ['exit', 2],
    ['enter', 3],
    ['exit', 4],
    ['exit', 10],
    ['enter', 11],
  ]);
  await expect(alertsIn(server)).resolves.toMatchObject([
    {
      kind: 'MARKET_GAP',
      severity: 'warning',
      symbol: 'BTC/USDT',
      detail: '4 candles are missing',
    },
  ]);
  expect(engine.progress.candles).toBe(8);
});

test('a market that stops is told while it is silent', async () => {
  const { feed } = marketOf([]);
  const silent: LiveFeed = {
    ...feed,
    async *instants({ signal }) {
      yield* [];
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    },
  };
  const server = createMemoryServer();
  let nowMs = startMs;
  await engineOn(server, silent, () => nowMs);
  nowMs += 4 * minute + 1;
  await eventually(async () =>
    expect((await alertsIn(server)).map(({ kind }) => kind)).toContain('MARKET_SILENT'),
  );
});
