import { PositiveDecimal, SymbolName } from '@heliograph/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startBinanceDouble,
  limitAnswers,
  unclearAnswers,
  type BinanceDouble,
} from '../../testing/binance-double/binance-double.ts';
import { signedRequest } from '../../testing/binance-double/signed-request.ts';
import { anOrder, openOnDouble, sharedClock } from '../../testing/ccxt-on-double.ts';
import type { Broker, OrderRequest } from '../broker.ts';

const endpoint = 'POST /api/v3/order';
let double: BinanceDouble;
let broker: Broker;
/** Waits for no answer for long. */
let hasty: Broker;

beforeAll(async () => {
  double = await startBinanceDouble({ balances: { USDT: '1000000', BTC: '10' } });
  broker = await openOnDouble(double);
  hasty = await openOnDouble(double, { requestTimeoutMs: 1_500 });
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  await hasty[Symbol.asyncDispose]();
  await double[Symbol.asyncDispose]();
});

const requestsOf = ({ id }: OrderRequest) =>
  double.requestsTo(endpoint).filter(({ parameters }) => parameters['newClientOrderId'] === id);
const isThere = ({ id }: OrderRequest) =>
  double.orders().some(({ clientOrderId }) => clientOrderId === id);

describe('an order', () => {
  test('that the venue takes is taken', async () => {
    const order = anOrder();
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    expect(isThere(order)).toBe(true);
    expect(await broker.place(order), 'the same again').toEqual({ status: 'taken' });
    expect(requestsOf(order)).toHaveLength(1);
  });

  test('that the venue takes without saying more is not sent again', async () => {
    const order = anOrder();
    double.fault({ on: endpoint, kind: 'answer', executed: true, status: 200, body: '{}' });
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    expect(await broker.place(order), 'the same again').toEqual({ status: 'taken' });
    expect(requestsOf(order)).toHaveLength(1);
  });

  describe('has an unknown outcome', () => {
    const answers = Object.entries(unclearAnswers).flatMap(([name, answer]) =>
      [true, false].map((executed) => ({
        name,
        executed,
        fault: { kind: 'answer', executed, ...answer } as const,
      })),
    );
    test.each([
      ...answers,
      { name: 'a lost request', executed: false, fault: { kind: 'lost_request' } as const },
      { name: 'a lost answer', executed: true, fault: { kind: 'lost_answer' } as const },
    ])('after $name, executed: $executed', async ({ executed, fault }) => {
      const order = anOrder();
      double.fault({ on: endpoint, ...fault });
      await expect(broker.place(order)).rejects.toMatchObject({
        name: 'TransientError',
        code: 'ORDER_UNKNOWN',
      });
      await expect(broker.place(order), 'never sent again').rejects.toMatchObject({
        code: 'ORDER_UNKNOWN',
      });
      expect(requestsOf(order)).toHaveLength(1);
      expect(isThere(order)).toBe(executed);
      const reports = await broker.reportsOf(order);
      expect(reports?.map(({ type }) => type)).toEqual(
        executed ? ['accepted', 'filled'] : undefined,
      );
    });
  });

  test('whose answer comes too late has an unknown outcome, and is found', async () => {
    double.fault({ on: endpoint, kind: 'late_answer', ms: 600_000 });
    const order = anOrder();
    const unknown = { name: 'TransientError', code: 'ORDER_UNKNOWN' };
    await expect(hasty.place(order)).rejects.toMatchObject(unknown);
    await expect(hasty.place(order), 'never sent again').rejects.toMatchObject(unknown);
    await expect.poll(() => isThere(order)).toBe(true);
    expect(requestsOf(order)).toHaveLength(1);
    expect(await broker.reportsOf(order)).toMatchObject([{ type: 'accepted' }, { type: 'filled' }]);
  });

  describe('may be handed over again', () => {
    test.each(Object.entries(limitAnswers))(
      'after %s, once the pause is over',
      async (_, { status, body }) => {
        await using other = await startBinanceDouble();
        const clock = sharedClock(other);
        await using alone = await openOnDouble(other, { clock });
        const pause = { status, body, headers: { 'Retry-After': '60' } };
        other.fault({ on: endpoint, kind: 'answer', executed: false, ...pause });
        const order = anOrder();
        expect(await alone.place(order)).toMatchObject({
          status: 'not_taken',
          retryAfterMs: 60_000,
        });
        expect(await alone.place(order)).toMatchObject({ status: 'not_taken' });
        const asked = await alone.balances().then(
          () => true,
          () => false,
        );
        expect(asked, 'only a ban is for all requests').toBe(status === 429);
        clock.pass(60_000);
        const later = { ...order, timeMs: clock.nowMs() };
        expect(await alone.place(later)).toEqual({ status: 'taken' });
        expect(other.requestsTo(endpoint), 'nothing is sent in the pause').toHaveLength(2);
      },
    );

    test('when nobody listens at the address of the venue', async () => {
      const other = await startBinanceDouble();
      await using alone = await openOnDouble(other);
      await other[Symbol.asyncDispose]();
      expect(await alone.place(anOrder())).toMatchObject({ status: 'not_taken' });
    });

    test('when the price that it needs for its size is not to be had', async () => {
      double.fault({ on: 'GET /api/v3/ticker/24hr', kind: 'lost_request' });
      const size = {
        kind: 'quote',
        notional: PositiveDecimal.parse('500'),
        includesFee: false,
      } as const;
      const order = { ...anOrder(), size };
      expect(await broker.place(order)).toMatchObject({ status: 'not_taken' });
      expect(requestsOf(order)).toEqual([]);
    });
  });

  describe('that leaves a position of which less is there', () => {
    const leaving = { side: 'sell', reduceOnly: true, quantity: '0.01333' } as const;

    test('sells that: somebody has sold by hand, or a fee was not told', async () => {
      await using other = await startBinanceDouble({ balances: { USDT: '0', BTC: '0.009987' } });
      await using alone = await openOnDouble(other);
      const order = anOrder(leaving);
      expect(await alone.place(order)).toEqual({ status: 'taken' });
      expect(other.orders()).toMatchObject([{ clientOrderId: order.id, origQty: '0.00998000' }]);
      expect(await alone.reportsOf(order)).toMatchObject([
        { type: 'accepted' },
        { type: 'filled', quantity: '0.00998', complete: true },
      ]);
    });

    test.for([
      ['nothing is there', { BTC: '0' }, leaving],
      ['there is less than a lot', { BTC: '0.000001' }, leaving],
      ['it would wait', { BTC: '0.009' }, { ...leaving, type: 'limit', limitPrice: '51000' }],
      ['it would enter', { BTC: '0.009' }, { ...leaving, reduceOnly: false }],
    ] as const)('is rejected where %s', async ([, balances, change]) => {
      await using other = await startBinanceDouble({ balances: { USDT: '0', ...balances } });
      await using alone = await openOnDouble(other);
      const refused = { status: 'rejected', reason: 'INSUFFICIENT_FUNDS' };
      expect(await alone.place(anOrder(change))).toMatchObject(refused);
      expect(other.requestsTo(endpoint)).toHaveLength(1);
    });

    test('is rejected where nobody says what is there', async () => {
      await using other = await startBinanceDouble({ balances: { USDT: '0', BTC: '0.009' } });
      await using alone = await openOnDouble(other, { requestTimeoutMs: 500 });
      other.fault({ on: 'GET /api/v3/account', kind: 'lost_request' });
      expect(await alone.place(anOrder(leaving))).toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    });
  });

  describe('is rejected', () => {
    test.each([
      ['for want of funds', anOrder({ quantity: '90' }), 'INSUFFICIENT_FUNDS'],
      ['below the smallest notional', anOrder({ quantity: '0.00009' }), 'BELOW_MINIMUM'],
      [
        'as post-only order that would take',
        anOrder({ type: 'limit', limitPrice: '50001', timeInForce: 'PO' }),
        'VENUE_REJECTED',
      ],
    ])('%s', async (_, order, reason) => {
      expect(await broker.place({ ...order, timeMs: Date.now() })).toMatchObject({
        status: 'rejected',
        reason,
      });
      expect(requestsOf(order)).toHaveLength(1);
      expect(await broker.reportsOf(order)).toBeUndefined();
    });

    test.each([
      ['of less than a lot', anOrder({ quantity: '0.000009' }), 'BELOW_MINIMUM'],
      [
        'of too small a notional',
        anOrder({ type: 'limit', limitPrice: '50000', quantity: '0.00009' }),
        'BELOW_MINIMUM',
      ],
      ['of an unknown symbol', anOrder({ symbol: SymbolName.parse('XYZ/USDT') }), 'UNKNOWN_SYMBOL'],
      ['that the venue should trail', anOrder({ type: 'trailing_stop' }), 'UNSUPPORTED_ORDER'],
      [
        'that the venue should trigger',
        anOrder({ type: 'stop', stopPrice: '49000' }),
        'UNSUPPORTED_ORDER',
      ],
      [
        'that works until a time',
        anOrder({ timeInForce: 'GTD', goodTillMs: 1 }),
        'UNSUPPORTED_ORDER',
      ],
      ['that comes too late', anOrder({ timeMs: Date.now() - 6_000 }), 'EXPIRED'],
    ])('without being sent: one %s', async (_, order, reason) => {
      const timed = reason === 'EXPIRED' ? order : { ...order, timeMs: Date.now() };
      expect(await broker.place(timed)).toMatchObject({ status: 'rejected', reason });
      expect(requestsOf(order)).toEqual([]);
    });

    test('while trading is halted, and once the symbol is gone', async () => {
      await using other = await startBinanceDouble();
      await using alone = await openOnDouble(other);
      other.setStatus('BTCUSDT', 'HALT');
      expect(await alone.place(anOrder())).toMatchObject({ reason: 'VENUE_REJECTED' });
      other.setStatus('BTCUSDT', 'delisted');
      expect(await alone.place(anOrder())).toMatchObject({ reason: 'UNKNOWN_SYMBOL' });
    });

    test('when the clocks disagree, and the next one is not', async () => {
      await using other = await startBinanceDouble();
      await using alone = await openOnDouble(other);
      other.setClockOffset(90_000);
      expect(await alone.place(anOrder())).toMatchObject({ reason: 'CLOCK_SKEW' });
      expect(await alone.place(anOrder())).toEqual({ status: 'taken' });
    });

    test('when its request was on its way for longer than it may be', async () => {
      await using other = await startBinanceDouble();
      await using alone = await openOnDouble(other, { placementWindowMs: 150 });
      other.fault({ on: endpoint, kind: 'late_request', ms: 300 });
      expect(await alone.place(anOrder())).toMatchObject({ reason: 'EXPIRED' });
      expect(other.orders()).toEqual([]);
    });
  });

  test('that is open under its id already is the one that was wanted', async () => {
    const order = anOrder({ type: 'limit', limitPrice: '40000' });
    const parameters = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' };
    const same = { ...parameters, quantity: '0.01', price: '40000', newClientOrderId: order.id };
    expect(await signedRequest(double, endpoint, same)).toMatchObject({ status: 200 });
    expect(await broker.place(order)).toEqual({ status: 'taken' });
  });

  test.each([
    ['GTC', { type: 'LIMIT', timeInForce: 'GTC' }],
    ['IOC', { type: 'LIMIT', timeInForce: 'IOC' }],
    ['FOK', { type: 'LIMIT', timeInForce: 'FOK' }],
    ['PO', { type: 'LIMIT_MAKER' }],
  ] as const)('works as %s', async (timeInForce, parameters) => {
    const order = anOrder({ type: 'limit', limitPrice: '40000', timeInForce });
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    expect(requestsOf(order)).toMatchObject([{ parameters: { ...parameters, price: '40000' } }]);
  });

  test.each([
    ['buy', '40000.019', '40000.01'],
    ['sell', '60000.011', '60000.02'],
  ] as const)('to %s is priced on the tick, never worse', async (side, limitPrice, price) => {
    const order = anOrder({ type: 'limit', side, limitPrice, quantity: '0.012345678' });
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    expect(requestsOf(order)).toMatchObject([{ parameters: { price, quantity: '0.01234' } }]);
  });

  test.each([
    ['a price of the market', false, {}, '0.00999'],
    ['its fee', true, {}, '0.00998'],
    ['its own price', false, { type: 'limit', limitPrice: '40000' }, '0.01249'],
  ] as const)(
    'in quote currency is turned into units with %s',
    async (_, includesFee, fields, quantity) => {
      const size = {
        kind: 'quote',
        notional: PositiveDecimal.parse('499.9'),
        includesFee,
      } as const;
      const order = { ...anOrder(fields), size };
      expect(await broker.place(order)).toEqual({ status: 'taken' });
      expect(requestsOf(order)).toMatchObject([{ parameters: { quantity } }]);
    },
  );

  test('carries its own time and window to the venue', async () => {
    const order = anOrder({ timeMs: Date.now() - 2_000 });
    const offsetMs = await broker.clockOffsetMs();
    await broker.place(order);
    const [request] = requestsOf(order);
    expect(request?.parameters['recvWindow']).toBe('5000');
    // Two clocks tell their milliseconds at moments of their own.
    const differsMs = Number(request?.parameters['timestamp']) - order.timeMs - offsetMs;
    expect(Math.abs(differsMs)).toBeLessThanOrEqual(2);
  });
});
