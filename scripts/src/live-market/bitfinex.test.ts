import { createServer } from 'node:http';
import { createMemoryBus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { freePort } from '@heliograph/contracts/testing';
import { openCcxtFeed } from '@heliograph/signal-engine';
import { MockRESTv2Server, MockWSv2Server } from 'bfx-api-mock-srv';
import { expect, test } from 'vitest';

const minuteMs = 60_000;
const pairs = [[['BTCUSD', [null, null, null, '0.0001', '2000.0']]], [], [], []];

/** Bitfinex's own mock of its API, REST and streams: it tells what it is given, in the exchange's own shapes. */
async function startBitfinex() {
  await using starting = new AsyncDisposableStack();
  const rest = new MockRESTv2Server({ listen: false });
  rest.setResponse(
    'currencies',
    Array.from({ length: 11 }, () => []),
  );
  const server = createServer((request, response) => {
    // It does not know today's list of pairs.
    const path = decodeURIComponent(request.url ?? '');
    if (path.includes('/conf/pub:info:pair')) return response.end(JSON.stringify(pairs));
    rest._apiServer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  starting.defer(() => void server.close());
  starting.defer(() => server.closeAllConnections());
  const address = server.address();
  const restPort = typeof address === 'object' && address ? address.port : 0;
  const apiPort = await freePort();
  const streams = new MockWSv2Server({ apiPort, cmdPort: await freePort(), syncOnConnect: false });
  starting.defer(() => streams.close());
  const subscribed = new Promise<{ key: string; chanId: number }>((resolve) => {
    // The number of the channel is written into the message once all have seen it.
    streams.on('message', (_, message) => setImmediate(() => resolve(message)));
  });
  const closing = starting.move();
  return {
    rest,
    streams,
    subscribed,
    redirect: (url: string): string => {
      const { protocol, pathname, search } = new URL(url);
      return protocol.startsWith('ws')
        ? `ws://127.0.0.1:${apiPort}${pathname}`
        : `http://127.0.0.1:${restPort}${pathname}${search}`;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** A candle as Bitfinex writes it: open, close, high, low. */
const row = (openMs: number, open: number): number[] => [
  openMs,
  open,
  open + 2,
  open + 3,
  open - 1,
  0.5,
];

test('candles of Bitfinex are asked for, and then heard, each when the next one begins', async () => {
  await using bitfinex = await startBitfinex();
  const { rest, streams, redirect } = bitfinex;
  // The minute that begins last has begun: what closes in time to come would be left out.
  const beginMs = (Math.floor(Date.now() / minuteMs) - 1) * minuteMs;
  const at = (minutes: number): number => beginMs + minutes * minuteMs;
  rest.setResponse(
    'candles.trade:1m:tBTCUSD.hist',
    [-3, -2, -1].map((minute) => row(at(minute), 100 + minute)),
  );
  const log = createSilentLogger();
  const feed = await openCcxtFeed('ccxt:bitfinex:BTC/USD:1m', {
    log,
    redirect,
  });
  const stopping = new AbortController();
  const live = feed.instants({
    afterMs: at(-3),
    signal: stopping.signal,
    bus: createMemoryBus(),
    log,
    report: () => {},
  });
  const instants = live[Symbol.asyncIterator]();
  const next = async () => (await instants.next()).value?.candles[0];
  for (const minute of [-3, -2, -1])
    expect(await next()).toMatchObject({
      openTime: at(minute),
      open: 100 + minute,
      close: 102 + minute,
      high: 103 + minute,
      low: 99 + minute,
      volume: 0.5,
    });
  const { key, chanId } = await bitfinex.subscribed;
  expect(key).toBe('trade:1m:tBTCUSD');
  streams.send([chanId, [row(at(0), 100), row(at(-1), 99)]]);
  streams.send([chanId, 'hb']);
  streams.send([chanId, row(at(0), 200)]);
  streams.send([chanId, row(at(1), 300)]);
  expect(await next(), 'as it stood last').toMatchObject({
    openTime: at(0),
    open: 200,
    close: 202,
  });
  stopping.abort();
  await instants.return?.();
});
