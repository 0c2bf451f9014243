import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { TradeSignal } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import {
  authority,
  clientCertificate,
  clientKey,
  serverCertificate,
  serverKey,
} from '../testing/certificates.ts';
import { answerWithinMs, startAlertWebhook, type AlertWebhookOptions } from './webhook-server.ts';

const nowMs = Date.UTC(2026, 0, 5, 12);
const secret = 'the secret of the test';
const alert = {
  secret,
  strategy: 'my-tv',
  venue: 'BINANCE',
  symbol: 'btc/usdt',
  market_position: 'long',
  prev_market_position: 'flat',
  price: '65000.10',
  time: '2026-01-05T11:59:59Z',
  interval: '60',
  stop: 64_000,
};

async function open(change: Partial<AlertWebhookOptions> = {}) {
  const bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const webhook = await startAlertWebhook({
    bus,
    host: '127.0.0.1',
    port: 0,
    secret,
    maxLagMs: 5_000,
    mode: 'paper',
    instance: 'test',
    log: createSilentLogger(),
    nowMs: () => nowMs,
    ...change,
  });
  const send = async (
    body: unknown,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => {
    const response = await fetch(`${webhook.address}/tradingview`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { code: response.status, text: await response.text() };
  };
  return {
    bus,
    webhook,
    send,
    async [Symbol.asyncDispose]() {
      await webhook.stop();
      await bus.close();
    },
  };
}

async function signalsOn(bus: Bus): Promise<TradeSignal[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'SIGNALS' }).pipe(toArray()));
  return messages.map(({ body }) => TradeSignal.parse(JSON.parse(body)));
}

test('an alert is a signal that is stored once, however often it comes', async () => {
  await using here = await open();
  expect(await here.send(alert)).toMatchObject({
    code: 200,
    text: expect.stringContaining('"stored"'),
  });
  expect(await here.send(alert)).toMatchObject({
    code: 200,
    text: expect.stringContaining('"known"'),
  });
  expect(await signalsOn(here.bus)).toMatchObject([
    {
      time: '2026-01-05T11:59:59.000Z',
      expirytime: '2026-01-05T12:59:59.000Z',
      sequence: 1,
      data: {
        strategy: 'my-tv',
        venue: 'binance',
        symbol: 'BTC/USDT',
        timeframe: '1h',
        intent: 'enter',
        side: 'buy',
        targetPosition: 'long',
        stopLoss: { price: '64000' },
        referencePrice: { price: '65000.10', kind: 'last' },
      },
    },
  ]);
});

test.each([
  ['flat', 'short', 'enter', 'sell'],
  ['long', 'flat', 'exit', 'sell'],
  ['short', 'flat', 'exit', 'buy'],
  ['long', 'short', 'reverse', 'sell'],
  ['long', 'long', 'increase', 'buy'],
])('from %s to %s it says: %s, %s', async (before, now, intent, side) => {
  await using here = await open();
  const { stop: _, ...rest } = alert;
  await here.send({ ...rest, prev_market_position: before, market_position: now });
  expect(await signalsOn(here.bus)).toMatchObject([
    { data: { intent, side, targetPosition: now } },
  ]);
});

test('alerts that come together are counted by their strategies, without a gap', async () => {
  await using here = await open();
  const others = Array.from({ length: 12 }, (_, at) => ({
    ...alert,
    strategy: at % 2 === 0 ? 'even' : 'odd',
    order_id: String(at),
  }));
  await Promise.all(others.map((one) => here.send(one)));
  const signals = await signalsOn(here.bus);
  for (const name of ['even', 'odd']) {
    const own = signals.filter(({ data }) => data.strategy === name);
    expect(own.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  }
});

test('as of a feed, every alert is told once and in order, also over a restart and with garbage between them', async () => {
  await using here = await open();
  const alerts = Array.from({ length: 6 }, (_, at) => ({ ...alert, order_id: String(at) }));
  for (const [at, one] of alerts.slice(0, 4).entries()) {
    expect(await here.send(one)).toMatchObject({ code: 200 });
    expect(await here.send(at % 2 === 0 ? 'garbage' : { ...one, price: '-1' })).toMatchObject({
      code: 400,
    });
  }
  await here.webhook.stop();
  await using again = await open({ bus: here.bus });
  // The last one was not heard to be stored, and comes once more.
  for (const one of alerts.slice(3)) expect(await again.send(one)).toMatchObject({ code: 200 });
  const signals = await signalsOn(here.bus);
  expect(signals).toHaveLength(6);
  expect(new Set(signals.map(({ id }) => id)).size).toBe(6);
});

test('from flat to flat there is nothing to do', async () => {
  await using here = await open();
  expect(await here.send({ ...alert, market_position: 'flat' })).toMatchObject({ code: 200 });
  expect(await signalsOn(here.bus)).toEqual([]);
});

test('JSON that is called text is JSON', async () => {
  await using here = await open();
  expect(await here.send(JSON.stringify(alert), { 'content-type': 'text/plain' })).toMatchObject({
    code: 200,
  });
});

test.each([
  ['another secret', { ...alert, secret: 'guess' }, 401, 'unauthorized'],
  ['no secret', { symbol: 'BTC/USDT' }, 401, 'unauthorized'],
  ['no JSON', 'hello', 400, ''],
  ['an old one', { ...alert, time: '2026-01-05T11:59:00Z' }, 422, 'it is 60000 ms old'],
  ['one of the future', { ...alert, time: '2026-01-05T12:01:00Z' }, 422, 'ahead'],
  ['a price that is none', { ...alert, price: 'NaN' }, 400, 'price'],
  ['a stop on the wrong side', { ...alert, stop: '70000' }, 400, 'must lie below'],
  ['a field that nobody knows', { ...alert, quantity: 5 }, 400, 'quantity'],
  ['a flood', { ...alert, order_id: 'x'.repeat(20_000) }, 413, ''],
])('%s is refused and stored nowhere', async (_, body, code, why) => {
  await using here = await open();
  const answer = await here.send(body);
  expect(answer.code).toBe(code);
  expect(answer.text).toContain(why);
  expect(await signalsOn(here.bus)).toEqual([]);
});

test.each([
  ['1.2e-7', '0.00000012'],
  [1.2e-7, '0.00000012'],
  [' 65000.10 ', '65000.10'],
  ['1.5E+3', '1500'],
])('the price %j is %s', async (price, expected) => {
  await using here = await open();
  const { stop: _, ...rest } = alert;
  expect(await here.send({ ...rest, price })).toMatchObject({ code: 200 });
  expect(await signalsOn(here.bus)).toMatchObject([
    { data: { referencePrice: { price: expected } } },
  ]);
});

test('an answer comes before TradingView gives up, and says that nobody knows', async () => {
  const { promise: stored, resolve } = Promise.withResolvers<{
    sequence: number;
    duplicate: boolean;
  }>();
  await using here = await open({ bus: { publish: () => stored } });
  expect(answerWithinMs, 'it waits for three seconds').toBeLessThan(3_000);
  expect(await here.send(alert)).toMatchObject({
    code: 503,
    text: expect.stringContaining('unknown'),
  });
  resolve({ sequence: 1, duplicate: false });
});

test('strangers do not keep out who knows the secret, though all have one address', async () => {
  await using here = await open();
  const guesses = await Promise.all(
    Array.from({ length: 130 }, () => here.send({ ...alert, secret: 'guess' })),
  );
  expect(guesses.filter(({ code }) => code === 429)).toHaveLength(10);
  expect(await here.send(alert)).toMatchObject({ code: 200 });
});

test('while the message server is away it does not say that the signal is stored', async () => {
  await using here = await open({
    bus: {
      publish: async () => {
        throw new Error('away');
      },
    },
  });
  expect(await here.send(alert)).toMatchObject({ code: 503 });
});

test('whoever asks too often is told to wait', async () => {
  await using here = await open();
  const codes: number[] = [];
  for (let at = 0; at < 125; at++) codes.push((await here.send({ secret: 'guess' })).code);
  expect(codes.at(-1)).toBe(429);
});

// Node itself would hang up after half a minute.
test('half of an alert does not keep it from stopping', { timeout: 20_000 }, async () => {
  await using here = await open();
  const { port } = new URL(here.webhook.address);
  using socket = disposable(connect(Number(port), '127.0.0.1'));
  const head = 'POST /tradingview HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  socket.write(`${head}Content-Length: 100\r\n\r\n{"secret"`);
  await expect(here.send(alert)).resolves.toMatchObject({ code: 200 });
  await here.webhook.stop();
});

test('where it knows who may call, nobody else is heard', async () => {
  const tls = { cert: serverCertificate, key: serverKey, ca: authority };
  await using here = await open({ tls });
  const send = (own: { cert?: string; key?: string }): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const options = { method: 'POST', ca: authority, ...own };
      const headers = { 'content-type': 'application/json' };
      request(`${here.webhook.address}/tradingview`, { ...options, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end(JSON.stringify(alert));
    });
  await expect(send({})).rejects.toThrow(/certificate|socket|ECONNRESET/i);
  await expect(send({ cert: clientCertificate, key: clientKey })).resolves.toBe(200);
  expect(await signalsOn(here.bus)).toHaveLength(1);
});

function disposable(socket: Socket): Socket & Disposable {
  return Object.assign(
    socket.once('error', () => {}),
    {
      [Symbol.dispose]: () => void socket.destroy(),
    },
  );
}
