import { Timeframe, type Candle } from '@heliograph/contracts';
import { connectJetStreamBus, startNatsServer } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle, freePort } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { openNatsFeed } from './feeds/live/nats-feed.ts';
import { testFeed } from './testing/feed-contract.ts';
import { makeTempFolder } from './testing/temp-folder.ts';
import { natsContracts, tradeMessages, type OnServer } from './testing/told-market.ts';

/** A real server, which is stopped and begun again on demand. */
async function onServer(): Promise<OnServer> {
  const folder = await makeTempFolder();
  const port = await freePort();
  const credentials = { user: 'test', password: 'test' };
  const begin = () =>
    startNatsServer({
      storeDir: folder.path,
      path: process.env['PATH'],
      syncAlways: false,
      port,
      credentials,
    });
  let server = await begin();
  return {
    connect: () => connectJetStreamBus({ servers: server.url, name: 'test', credentials }),
    async disturb() {
      await server.stop();
      server = await begin();
    },
    async close() {
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

for (const [name, contract] of Object.entries(natsContracts(onServer, { disturbs: true })))
  testFeed(name, contract);

test('a candle of trades closes by itself when no more of them come', async () => {
  const server = await onServer();
  const bus = await server.connect();
  const stopping = new AbortController();
  const startMs = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;
  const candles = [0, 1, 2].map((at) =>
    aCandle({ timeframe: Timeframe.parse('1s'), openTime: startMs + at * 1_000, close: 100 + at }),
  );
  for (const message of candles.flatMap(tradeMessages)) await bus.publish(message);
  const feed = openNatsFeed('nats-trades:binance:BTC/USDT:1s');
  const taken: Candle[] = [];
  const options = { afterMs: startMs, signal: stopping.signal, bus, report: () => {} };
  for await (const instant of feed.instants({ ...options, log: createSilentLogger() })) {
    taken.push(...instant.candles);
    if (taken.length === 2) break;
  }
  expect(taken.map(({ openTime, close }) => [openTime, close])).toEqual([
    [startMs + 1_000, 101],
    [startMs + 2_000, 102],
  ]);
  stopping.abort();
  await bus.close();
  await server.close();
});
