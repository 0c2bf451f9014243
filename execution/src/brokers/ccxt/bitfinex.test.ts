import { createServer } from 'node:http';
import { SymbolName } from '@heliograph/contracts';
import { createSilentLogger } from '@heliograph/contracts/service';
import { MockRESTv2Server } from 'bfx-api-mock-srv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrder } from '../../testing/ccxt-on-double.ts';
import type { Broker } from '../broker.ts';
import { openCcxtBroker } from './open-ccxt-broker.ts';
import { particularsOf } from './venues.ts';

const symbol = SymbolName.parse('BTC/USD');
const timeMs = 1_795_600_000_000;
const pairs = [[['BTCUSD', [null, null, null, '0.0001', '2000.0']]], [], [], []];

/** Bitfinex's own mock of its API: answers in the exchange's own shapes, though it keeps nothing and checks nothing. */
async function openOnMock(): Promise<{ broker: Broker; set(key: string, answer: unknown): void }> {
  const mock = new MockRESTv2Server({ listen: false });
  const server = createServer((request, response) => {
    // It knows neither today's list of pairs nor the open orders of one symbol.
    const path = decodeURIComponent(request.url ?? '');
    if (path.includes('/conf/pub:info:pair')) return response.end(JSON.stringify(pairs));
    request.url = path.replace('/auth/r/orders/tBTCUSD', (found) =>
      path.endsWith('/hist') ? found : '/auth/r/orders',
    );
    mock._apiServer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.defer(() => void server.close());
  closing.defer(() => server.closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  mock.setResponse(
    'currencies',
    Array.from({ length: 11 }, () => []),
  );
  mock.setResponse('wallets', [['exchange', 'USD', 1_000.5, 0, 900.25, null, null]]);
  mock.setResponse('active_orders', []);
  mock.setResponse('orders', []);
  const broker = await openCcxtBroker({
    exchangeId: 'bitfinex',
    credentials: { apiKey: 'some-key', secret: 'some-secret' },
    sandbox: false,
    options: {
      redirect: (url) => `http://127.0.0.1:${port}${new URL(url).pathname}`,
    },
    log: createSilentLogger(),
  });
  closing.use(broker);
  return { broker, set: (key, answer) => mock.setResponse(key, answer) };
}

/** An order in Bitfinex's own form. */
function theirs(clientId: unknown, { left, status }: { left: number; status: string }): unknown[] {
  const order: unknown[] = Array.from({ length: 32 }, () => null);
  const facts = [
    95_412_102_131,
    null,
    clientId,
    'tBTCUSD',
    timeMs,
    timeMs + 5,
    left,
    0.01,
    'EXCHANGE LIMIT',
  ];
  for (const [index, fact] of facts.entries()) order[index] = fact;
  order[12] = 0;
  order[13] = status;
  order[16] = 50_000;
  return order;
}

const trade = [
  402_088_407,
  'tBTCUSD',
  timeMs + 3,
  95_412_102_131,
  0.01,
  50_000,
  'EXCHANGE LIMIT',
  50_000,
  -1,
  -0.00002,
  'BTC',
];

const closing = new AsyncDisposableStack();
let broker: Broker;
let set: (key: string, answer: unknown) => void;
beforeAll(async () => {
  ({ broker, set } = await openOnMock());
});
afterAll(() => closing.disposeAsync());

describe('on Bitfinex', () => {
  test('an order has a number for a name, and is found by it in the lists', async () => {
    const order = anOrder({ symbol, type: 'limit', limitPrice: '50000' });
    const clientId = particularsOf('bitfinex').clientIdOf?.(order.id);
    expect(clientId).toSatisfy(Number.isSafeInteger);
    expect(await broker.reportsOf(order)).toBeUndefined();

    const open = theirs(clientId, { left: 0.01, status: 'ACTIVE' });
    set('order_submit', [
      timeMs,
      'on-req',
      null,
      null,
      [open],
      null,
      'SUCCESS',
      'Submitting 1 orders.',
    ]);
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    set('active_orders', [open]);
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted', venueOrderId: '95412102131' },
    ]);
    expect(await broker.openOrders([symbol])).toMatchObject([
      { clientOrderId: order.id, quantity: '0.01', limitPrice: '50000' },
    ]);

    set('active_orders', []);
    set('orders', [theirs(clientId, { left: 0, status: 'EXECUTED @ 50000.0(0.01)' })]);
    set('order_trades', [trade]);
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted' },
      { type: 'filled', fillId: '402088407', quantity: '0.00998', fee: '1', complete: true },
    ]);
  });

  test('a refusal without a word that is known leaves the outcome open', async () => {
    set('order_submit', [timeMs, 'on-req', null, null, [], 9, 'FAILURE', 'something']);
    await expect(
      broker.place(anOrder({ symbol, type: 'limit', limitPrice: '50000' })),
    ).rejects.toMatchObject({ code: 'ORDER_UNKNOWN' });
  });

  test('there are balances, instruments without a tick, and no time to compare with', async () => {
    expect(await broker.balances()).toEqual([{ currency: 'USD', free: '900.25', total: '1000.5' }]);
    const [instrument] = await broker.instruments([symbol]);
    expect(instrument).toMatchObject({
      status: 'trading',
      minQuantity: '0.0001',
      maxQuantity: '2000',
    });
    expect(instrument).not.toHaveProperty('tickSize');
    expect(await broker.clockOffsetMs()).toBe(0);
  });
});

test('where nobody has looked how orders are named, there is no trading for real', async () => {
  const open = openCcxtBroker({
    exchangeId: 'kraken',
    credentials: { apiKey: 'some-key', secret: 'some-secret' },
    sandbox: false,
    log: createSilentLogger(),
  });
  await expect(open).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('binance'),
  });
});
