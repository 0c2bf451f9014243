import { describe, expect, test } from 'vitest';
import { startBinanceDouble, unclearAnswers, type BinanceDouble } from './binance-double.ts';
import { signedRequest } from './signed-request.ts';

const market = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
const limit = {
  ...market,
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '49000',
  newClientOrderId: 'mine',
};
const order = 'POST /api/v3/order';

const ask = (
  double: BinanceDouble,
  parameters: Record<string, string | number>,
  endpoint = order,
) => signedRequest(double, endpoint, parameters);
const query = (double: BinanceDouble, origClientOrderId: string) =>
  ask(double, { symbol: 'BTCUSDT', origClientOrderId }, 'GET /api/v3/order');

describe('refusals', () => {
  test.each<[string, Record<string, string | number>, number]>([
    ['an unknown symbol', { ...market, symbol: 'XYZUSDT' }, -1121],
    ['a parameter that nobody reads', { ...market, reduceOnly: 'true' }, -1104],
    ['a number that is none', { ...market, quantity: '1e-2' }, -1100],
    ['a negative number', { ...market, quantity: '-0.01' }, -1100],
    ['too many decimals', { ...market, quantity: '0.010000001' }, -1111],
    ['a missing quantity', { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET' }, -1102],
    ['a side that is none', { ...market, side: 'LONG' }, -1117],
    ['a type that is none', { ...market, type: 'STOP' }, -1116],
    ['a time in force that is none', { ...limit, timeInForce: 'PO' }, -1115],
    ['a price that is not wanted', { ...market, price: '50000' }, -1106],
    ['a price that is wanted', { ...market, type: 'LIMIT', timeInForce: 'GTC' }, -1102],
    ['an empty parameter', { ...market, newClientOrderId: '' }, -1105],
    ['a client id with blanks', { ...market, newClientOrderId: 'a b' }, -1100],
    ['a quantity off the lot', { ...market, quantity: '0.010001' }, -1013],
    ['a market order beyond its own maximum', { ...market, quantity: '101' }, -1013],
    ['a price off the tick', { ...limit, price: '49000.001' }, -1013],
    ['a notional below the minimum', { ...market, quantity: '0.00009' }, -1013],
    ['more than there is', { ...market, quantity: '0.3' }, -2010],
    [
      'a post-only order that would take',
      { ...market, type: 'LIMIT_MAKER', price: '50001' },
      -2010,
    ],
    ['a stop that is reached already', { ...market, type: 'STOP_LOSS', stopPrice: '49999' }, -2010],
    ['a time that has passed', { ...market, timestamp: Date.now() - 6_000 }, -1021],
    ['a time to come', { ...market, timestamp: Date.now() + 3_600_000 }, -1021],
    ['a window that is too long', { ...market, recvWindow: 60_001 }, -1131],
  ])('%s', async (_, parameters, code) => {
    await using double = await startBinanceDouble();
    expect(await ask(double, parameters)).toMatchObject({ status: 400, body: { code } });
    expect(double.orders()).toEqual([]);
    expect(double.balanceOf('USDT')).toEqual({ free: '10000.00000000', locked: '0.00000000' });
  });

  test('keys that are unknown, may not trade, or sign wrongly', async () => {
    await using double = await startBinanceDouble();
    const as = (key: { apiKey: string; secret: string }) =>
      signedRequest({ url: double.url, key }, order, market);
    const unknown = { apiKey: 'x'.repeat(32), secret: 'x' };
    expect(await as(unknown)).toMatchObject({ status: 401, body: { code: -2015 } });
    expect(await as({ ...unknown, apiKey: '' })).toMatchObject({ body: { code: -2014 } });
    expect(await as(double.readOnlyKey)).toMatchObject({ status: 401, body: { code: -2015 } });
    expect(await as({ ...double.key, secret: 'x' })).toMatchObject({ body: { code: -1022 } });
  });

  test('a closed market, a symbol that is gone, and a clock that differs', async () => {
    await using double = await startBinanceDouble();
    double.setStatus('BTCUSDT', 'HALT');
    expect(await ask(double, market)).toMatchObject({ body: { msg: 'Market is closed.' } });
    double.setStatus('BTCUSDT', 'delisted');
    expect(await ask(double, market)).toMatchObject({ body: { code: -1121 } });
    double.setClockOffset(-30_000);
    expect(await ask(double, market)).toMatchObject({ body: { code: -1021 } });
  });

  test('a client id that is taken, as long as its order is open', async () => {
    await using double = await startBinanceDouble();
    await ask(double, limit);
    expect(await ask(double, limit)).toMatchObject({
      body: { code: -2010, msg: 'Duplicate order sent.' },
    });
    double.setPrice('BTCUSDT', '48999');
    expect(await ask(double, limit)).toMatchObject({ status: 200 });
  });

  test('what is asked about orders that are not there', async () => {
    await using double = await startBinanceDouble();
    expect(await query(double, 'mine')).toMatchObject({ body: { code: -2013 } });
    const cancel = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
    expect(await ask(double, cancel, 'DELETE /api/v3/order')).toMatchObject({
      body: { code: -2011 },
    });
  });

  test('too many requests and too many orders, with the time to wait', async () => {
    await using double = await startBinanceDouble();
    double.setLimits({ weightPerMinute: 1_000_000, ordersPer10Seconds: 0 });
    const orders = await ask(double, market);
    expect(orders).toMatchObject({ status: 429, body: { code: -1015 } });
    double.setLimits({ weightPerMinute: 1, ordersPer10Seconds: 100 });
    const weight = await query(double, 'mine');
    expect(weight).toMatchObject({ status: 429, body: { code: -1003 } });
    expect(Number(weight.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('orders', () => {
  test('hold back what they may need, and give it back', async () => {
    await using double = await startBinanceDouble();
    await ask(double, limit);
    expect(double.balanceOf('USDT')).toEqual({ free: '9510.00000000', locked: '490.00000000' });
    const cancel = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
    await ask(double, cancel, 'DELETE /api/v3/order');
    expect(double.balanceOf('USDT')).toEqual({ free: '10000.00000000', locked: '0.00000000' });
    expect(await query(double, 'mine')).toMatchObject({ body: { status: 'CANCELED' } });
  });

  test('are charged in what they receive, or in BNB while there is some', async () => {
    await using double = await startBinanceDouble({ balances: { USDT: '10000', BNB: '0.001' } });
    await ask(double, market);
    expect(double.balanceOf('BTC').free).toBe('0.00999000');
    double.setCommission({ rate: '0.001', paidIn: 'BNB' });
    await ask(double, { ...market, quantity: '0.005' });
    expect(double.balanceOf('BTC').free).toBe('0.01499000');
    expect(double.balanceOf('BNB').free).toBe('0.00058334');
    await ask(double, market);
    expect(double.balanceOf('BNB').free, 'not enough: charged in BTC').toBe('0.00058334');
  });

  test('that rest share what is traded, oldest first, at their own price', async () => {
    await using double = await startBinanceDouble();
    await ask(double, limit);
    await ask(double, { ...limit, newClientOrderId: 'later', price: '49500' });
    double.trade('BTCUSDT', '48900', '0.015');
    expect(double.orders()).toMatchObject([
      { status: 'FILLED', executedQty: '0.01000000', cummulativeQuoteQty: '490.00000000' },
      {
        status: 'PARTIALLY_FILLED',
        executedQty: '0.00500000',
        cummulativeQuoteQty: '247.50000000',
      },
    ]);
  });

  test('end as their time in force wants it when there is too little', async () => {
    await using double = await startBinanceDouble();
    const sides = { ...limit, price: '50000' };
    for (const [id, parameters] of Object.entries({
      gtc: sides,
      ioc: { ...sides, timeInForce: 'IOC' },
      fok: { ...sides, timeInForce: 'FOK' },
      market,
    })) {
      double.setDepth('BTCUSDT', '0.004');
      await ask(double, { ...parameters, newClientOrderId: id });
    }
    expect(double.orders().map(({ status, executedQty }) => [status, executedQty])).toEqual([
      ['PARTIALLY_FILLED', '0.00400000'],
      ['EXPIRED', '0.00400000'],
      ['EXPIRED', '0.00000000'],
      ['EXPIRED', '0.00400000'],
    ]);
  });

  test('that wait for a stop trade once the price is there', async () => {
    await using double = await startBinanceDouble();
    await ask(double, { ...market, side: 'SELL', type: 'STOP_LOSS', stopPrice: '49000' });
    double.setPrice('BTCUSDT', '49001');
    expect(double.orders()).toMatchObject([{ status: 'NEW' }]);
    double.setPrice('BTCUSDT', '48900');
    expect(double.orders()).toMatchObject([
      { status: 'FILLED', cummulativeQuoteQty: '489.00000000' },
    ]);
  });
});

describe('faults', () => {
  test('lose the request, or the answer only', async () => {
    await using double = await startBinanceDouble();
    double.fault({ on: order, kind: 'lost_request' });
    await expect(ask(double, { ...limit, newClientOrderId: 'lost' })).rejects.toThrow(
      'fetch failed',
    );
    double.fault({ on: order, kind: 'lost_answer' });
    await expect(ask(double, limit)).rejects.toThrow('fetch failed');
    expect(double.orders()).toMatchObject([{ clientOrderId: 'mine' }]);
    expect(double.requestsTo(order).map(({ executed }) => executed)).toEqual([false, true]);
  });

  test('answer wrongly, as often as was asked for, whether the order is executed or not', async () => {
    await using double = await startBinanceDouble();
    double.fault({ on: order, kind: 'answer', executed: true, ...unclearAnswers.badGateway });
    double.fault({
      on: order,
      kind: 'answer',
      executed: false,
      times: 2,
      ...unclearAnswers.messageBus,
    });
    const answers = [];
    for (const id of ['a', 'b', 'c', 'd'])
      answers.push((await ask(double, { ...market, newClientOrderId: id })).status);
    expect(answers).toEqual([502, 503, 503, 200]);
    expect(double.orders()).toMatchObject([{ clientOrderId: 'a' }, { clientOrderId: 'd' }]);
  });

  test('hide an order from queries for a while', async () => {
    await using double = await startBinanceDouble();
    double.fault({ on: order, kind: 'hidden', hiddenMs: 60_000 });
    await ask(double, limit);
    expect(await query(double, 'mine')).toMatchObject({ body: { code: -2013 } });
    double.setClockOffset(60_001);
    expect(
      await ask(
        double,
        { symbol: 'BTCUSDT', origClientOrderId: 'mine', timestamp: Date.now() + 60_001 },
        'GET /api/v3/order',
      ),
    ).toMatchObject({ body: { status: 'NEW' } });
  });

  test('a request that was late on its way is refused by its window', async () => {
    await using double = await startBinanceDouble();
    double.fault({ on: order, kind: 'late_request', ms: 80 });
    expect(await ask(double, { ...market, recvWindow: 50 })).toMatchObject({
      body: { code: -1021 },
    });
    expect(double.orders()).toEqual([]);
  });
});
