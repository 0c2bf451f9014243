import { Agent } from 'node:https';
import { MainClient, WebsocketAPIClient, WebsocketClient } from 'binance';
import ccxt from 'ccxt';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { startBinanceDouble, type BinanceDouble } from './binance-double.ts';
import { klineOf } from './klines.ts';

const Klines = z.object({
  e: z.literal('kline'),
  k: z.object({
    t: z.number(),
    x: z.boolean(),
    o: z.string(),
    h: z.string(),
    l: z.string(),
    c: z.string(),
    v: z.string(),
  }),
});

const soon = { timeout: 60_000 };

const ignore = (): void => undefined;

// Clients that nobody here wrote, and that know nothing of ours, find a Binance.
function connect({ url, key }: BinanceDouble): MainClient {
  // It asks some things of the real exchange whatever its base URL is; here it cannot.
  const httpsAgent = new Agent();
  httpsAgent.createConnection = () => {
    throw new Error('only the double is to be reached');
  };
  return new MainClient(
    { api_key: key.apiKey, api_secret: key.secret, baseUrl: url, disableTimeSync: true },
    { httpsAgent },
  );
}

test('ccxt trades, asks, cancels and hears of it', async () => {
  await using double = await startBinanceDouble();
  const { apiKey, secret } = double.key;
  const client = new ccxt.pro.binance({
    apiKey,
    secret,
    options: { fetchMargins: false, fetchCurrencies: false, fetchMarkets: { types: ['spot'] } },
  });
  onTestFinished(() => client.close());
  client.fetchImplementation = (url: string, init: RequestInit) => {
    const { pathname, search } = new URL(url);
    return fetch(double.url + pathname + search, init);
  };
  client.urls.api.ws['ws-api'].spot = `${double.url.replace('http', 'ws')}/ws-api/v3`;
  await client.loadHttpProxyAgent();
  const symbol = 'BTC/USDT';
  const watched = client.watchOrders(symbol);
  await vi.waitUntil(() => double.subscribers === 1, soon);
  const named = { clientOrderId: 'mine' };
  const placed = await client.createOrder(symbol, 'limit', 'buy', 0.01, 49_000, named);
  expect(placed).toMatchObject({ status: 'open', ...named });
  expect(await watched).toMatchObject([named]);
  expect(await client.fetchTicker(symbol)).toMatchObject({ bid: 50_000, ask: 50_000 });
  expect(await client.fetchOpenOrders(symbol)).toMatchObject([named]);
  double.trade('BTCUSDT', '49000', '0.004');
  expect(await client.fetchOrderTrades(placed.id ?? '', symbol)).toMatchObject([
    { amount: 0.004, takerOrMaker: 'maker', fee: { currency: 'BTC', cost: 0.000_004 } },
  ]);
  await client.cancelOrder('', symbol, named);
  expect(await client.fetchOrder('', symbol, named)).toMatchObject({
    status: 'canceled',
    filled: 0.004,
  });
  expect(await client.fetchBalance()).toMatchObject({ free: { BTC: 1.003_996, USDT: 9_804 } });
  await expect(client.cancelOrder('', symbol, named)).rejects.toThrow(ccxt.OrderNotFound);
});

describe('the client of another library', () => {
  test('trades, asks and cancels', async () => {
    await using double = await startBinanceDouble();
    const client = connect(double);
    expect((await client.getExchangeInfo()).symbols.map(({ symbol }) => symbol)).toContain(
      'BTCUSDT',
    );
    const newClientOrderId = client.generateNewOrderId();
    const symbol = 'BTCUSDT';
    await client.submitNewOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: 0.01 });
    const placed = await client.submitNewOrder({
      symbol,
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: 51_000,
      quantity: 0.005,
      newClientOrderId,
      newOrderRespType: 'FULL',
    });
    expect(placed).toMatchObject({ status: 'NEW', clientOrderId: newClientOrderId, fills: [] });
    expect(await client.getOpenOrders({ symbol })).toMatchObject([{ origQty: '0.00500000' }]);
    expect(await client.getAccountTradeList({ symbol })).toMatchObject([
      { price: '50000.00000000', commission: '0.00001000', commissionAsset: 'BTC' },
    ]);
    const named = { symbol, origClientOrderId: newClientOrderId };
    await client.cancelOrder(named);
    expect(await client.getOrder(named)).toMatchObject({ status: 'CANCELED' });
    const { balances } = await client.getAccountInformation();
    expect(balances).toContainEqual({ asset: 'BTC', free: '1.00999000', locked: '0.00000000' });
    await expect(client.cancelOrder(named)).rejects.toMatchObject({ code: -2011 });
  });

  test('hears of orders and balances on its stream', async () => {
    await using double = await startBinanceDouble();
    const events: unknown[] = [];
    const client = new WebsocketAPIClient(
      {
        api_key: double.key.apiKey,
        api_secret: double.key.secret,
        wsUrl: double.url.replace('http', 'ws'),
        beautify: false,
      },
      { trace: ignore, info: ignore, error: ignore },
    );
    const socket = client.getWSClient();
    onTestFinished(() => socket.closeAll(true));
    socket.on('message', (message) => events.push(message));
    await client.subscribeUserDataStream('mainWSAPI');
    const askedMs = Date.now();
    const { result } = await client.getSpotServerTime('mainWSAPI');
    expect(result.serverTime).toBeGreaterThanOrEqual(askedMs);
    expect(result.serverTime).toBeLessThanOrEqual(Date.now());
    await vi.waitUntil(() => double.subscribers === 1, soon);
    await connect(double).submitNewOrder({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: 0.01,
    });
    await vi.waitUntil(() => events.length >= 4, soon);
    expect(events.slice(-4)).toMatchObject([
      { e: 'executionReport', x: 'NEW' },
      { e: 'outboundAccountPosition' },
      { e: 'executionReport', x: 'TRADE', X: 'FILLED', n: '0.00001000', N: 'BTC' },
      { e: 'outboundAccountPosition' },
    ]);
  });

  test('reads candles and trades', async () => {
    await using double = await startBinanceDouble();
    const client = connect(double);
    const symbol = 'BTCUSDT';
    const startTime = Date.UTC(2024, 0, 1);
    const found = await client.getKlines({ symbol, interval: '1m', startTime, limit: 3 });
    const values = found.map((row) => row.slice(0, 6).map(Number));
    expect(values).toEqual(
      [0, 1, 2].map((minute) => {
        const openMs = startTime + minute * 60_000;
        return [openMs, ...klineOf(50_000, openMs, 60_000)];
      }),
    );
    const [first, second] = await client.getAggregateTrades({ symbol, startTime, limit: 2 });
    expect(second).toMatchObject({ a: Number(first?.a) + 1, T: startTime + 200 });
    const askedMs = Date.now();
    const recent = await client.getRecentTrades({ symbol, limit: 5 });
    expect(recent).toHaveLength(5);
    expect(askedMs - Number(recent.at(-1)?.time)).toBeLessThan(2_000);
    await expect(client.getKlines({ symbol: 'XYZUSDT', interval: '1m' })).rejects.toMatchObject({
      code: -1121,
    });
  });

  test('hears of candles and trades, also after the connection has broken', async () => {
    await using double = await startBinanceDouble();
    const events: unknown[] = [];
    const client = new WebsocketClient(
      { wsUrl: `${double.url.replace('http', 'ws')}/ws`, beautify: false, reconnectTimeout: 10 },
      { trace: ignore, info: ignore, error: ignore },
    );
    onTestFinished(() => client.closeAll(true));
    client.on('exception', ignore);
    client.on('message', (message) => events.push(message));
    void client.subscribe(['btcusdt@kline_1s', 'btcusdt@trade'], 'main');
    const closed = (): unknown[] =>
      events.filter((event) => Klines.safeParse(event).data?.k.x === true);
    await vi.waitUntil(() => closed().length >= 2, soon);
    double.disturb({ kind: 'drop' });
    const before = closed().length;
    await vi.waitUntil(() => closed().length >= before + 1, soon);
    for (const event of closed()) {
      const { k } = Klines.parse(event);
      expect([k.o, k.h, k.l, k.c, k.v].map(Number)).toEqual(klineOf(50_000, k.t, 1_000));
    }
    expect(events).toContainEqual(expect.objectContaining({ e: 'trade', s: 'BTCUSDT' }));
  });
});
