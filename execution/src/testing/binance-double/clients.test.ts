import { Agent } from 'node:https';
import { MainClient, WebsocketAPIClient } from 'binance';
import ccxt from 'ccxt';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startBinanceDouble, type BinanceDouble } from './binance-double.ts';

const soon = { timeout: 10_000 };

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
});
