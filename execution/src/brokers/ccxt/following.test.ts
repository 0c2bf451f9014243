import { Big, SymbolName, toDecimal, Venue } from '@heliograph/contracts';
import { createLogger } from '@heliograph/contracts/service';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  startBinanceDouble,
  type BinanceDouble,
} from '../../testing/binance-double/binance-double.ts';
import { signedRequest } from '../../testing/binance-double/signed-request.ts';
import { anOrder, openOnDouble, sharedClock } from '../../testing/ccxt-on-double.ts';
import type { Broker, OrderRequest, Report } from '../broker.ts';

const placing = 'POST /api/v3/order';
const asking = 'GET /api/v3/order';
const instruments = 'GET /api/v3/exchangeInfo';
const candles = 'GET /api/v3/klines';
const why = { timeMs: 0, reason: 'SUPERSEDED', detail: 'a newer signal' } as const;
let double: BinanceDouble;
let broker: Broker;

beforeAll(async () => {
  double = await startBinanceDouble({ balances: { USDT: '1000000', BTC: '10' } });
  broker = await openOnDouble(double);
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  await double[Symbol.asyncDispose]();
});

beforeEach(() => double.setPrice('BTCUSDT', '50000'));

async function closeOf({ url }: BinanceDouble, symbol: string, openMs: number) {
  const query = `symbol=${symbol}&interval=1m&startTime=${openMs}&limit=1`;
  const answer = await fetch(`${url}/api/v3/klines?${query}`);
  const row = z.array(z.union([z.string(), z.number()]));
  const [candle] = z.array(row).parse(await answer.json());
  if (candle?.[0] !== openMs) throw new Error(`no candle at ${openMs}`);
  return String(candle[4]);
}

/** A double and a broker whose time passes by hand. */
async function alone() {
  const own = await startBinanceDouble({ balances: { USDT: '10000' } });
  const clock = sharedClock(own);
  return {
    double: own,
    pass: clock.pass,
    broker: await openOnDouble(own, { clock }),
    async [Symbol.asyncDispose]() {
      await this.broker[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

const kinds = (reports: readonly Report[] | undefined) => reports?.map(({ type }) => type);
const limit = (limitPrice = '40000') => anOrder({ type: 'limit', limitPrice });

describe('the reports of an order', () => {
  test('tell that it is there, then each fill, and which is the last', async () => {
    const order = limit('49000');
    await broker.place(order);
    expect(kinds(await broker.reportsOf(order))).toEqual(['accepted']);
    double.trade('BTCUSDT', '49000', '0.004');
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted' },
      { type: 'filled', quantity: '0.003996', complete: false },
    ]);
    double.trade('BTCUSDT', '48000', '1');
    const reports = await broker.reportsOf(order);
    expect(reports).toMatchObject([
      { type: 'accepted', orderId: order.id },
      // 0.004 less the fee of 0.000004, which counts at the price.
      { type: 'filled', quantity: '0.003996', price: '49000', fee: '0.196', liquidity: 'maker' },
      { type: 'filled', quantity: '0.005994', fee: '0.294', complete: true },
    ]);
    const sequences = reports?.map(({ sequence }) => sequence) ?? [];
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(new Set(sequences).size).toBe(3);
  });

  test('are not asked for again once it has ended', async () => {
    const order = anOrder();
    await broker.place(order);
    const reports = await broker.reportsOf(order);
    const before = double.requests.length;
    expect(await broker.reportsOf(order)).toEqual(reports);
    await broker.refresh([order]);
    expect(double.requests.length).toBe(before);
  });

  test('after a refresh are those of the refresh', async () => {
    const order = limit();
    await broker.place(order);
    await broker.refresh([order]);
    const before = double.requests.length;
    expect(kinds(await broker.reportsOf(order))).toEqual(['accepted']);
    expect(double.requests.length).toBe(before);
    await broker.reportsOf(order);
    expect(double.requests.length, 'a second time they are asked for').toBe(before + 1);
  });

  test('are all there, however many fills there are', async () => {
    const order = anOrder({ type: 'limit', limitPrice: '49000', quantity: '0.1' });
    await broker.place(order);
    for (let fill = 0; fill < 1_000; fill++) double.trade('BTCUSDT', '49000', '0.0001');
    const reports = await broker.reportsOf(order);
    expect(reports).toHaveLength(1_001);
    expect(reports?.at(-1)).toMatchObject({ type: 'filled', complete: true });
  });

  test('of a stop that is left to the venue begin before it is triggered', async () => {
    await using other = await startBinanceDouble();
    await using alone = await openOnDouble(other, { venueStops: true });
    expect(alone.orderTypes).toEqual(['market', 'limit', 'stop', 'stop_limit']);
    const fields = { side: 'sell', stopPrice: '49000' } as const;
    const stop = anOrder({ ...fields, type: 'stop' });
    const stopLimit = anOrder({ ...fields, type: 'stop_limit', limitPrice: '48900' });
    for (const order of [stop, stopLimit]) {
      expect(await alone.place(order)).toEqual({ status: 'taken' });
      expect(kinds(await alone.reportsOf(order))).toEqual(['accepted']);
    }
    other.setPrice('BTCUSDT', '48950');
    for (const order of [stop, stopLimit])
      expect((await alone.reportsOf(order))?.[1]).toMatchObject({ price: '48950', complete: true });
  });

  test('count the fee of a sell in what it earns', async () => {
    const order = anOrder({ side: 'sell' });
    await broker.place(order);
    expect(await broker.reportsOf(order)).toMatchObject([
      {},
      { quantity: '0.01', price: '50000', fee: '0.5', liquidity: 'taker', complete: true },
    ]);
  });

  test('count a fee in a third currency at what that was worth in the minute before, whoever asks', async () => {
    await using other = await startBinanceDouble({ balances: { USDT: '10000', BNB: '1' } });
    other.setCommission({ rate: '0.001', paidIn: 'BNB' });
    const patient = { feeRateTimeoutMs: 60_000 };
    await using alone = await openOnDouble(other, patient);
    const order = anOrder();
    await alone.place(order);
    const reports = await alone.reportsOf(order);
    const [rate] = other.requestsTo(candles);
    expect(other.requestsTo(candles)).toHaveLength(1);
    const paid = new Big('1').minus(other.balanceOf('BNB').free);
    const fill = reports?.[1];
    if (fill?.type !== 'filled') throw new Error('it was not filled');
    const minute = fill.timeMs - (fill.timeMs % 60_000);
    const close = await closeOf(other, 'BNBUSDT', minute - 60_000);
    expect(fill).toMatchObject({ quantity: '0.01', complete: true });
    expect(fill.fee).toBe(toDecimal(paid.times(close).round(8)));
    expect(Number(fill.fee)).toBeCloseTo(0.5, 1);
    expect(rate?.parameters).toMatchObject({ symbol: 'BNBUSDT', interval: '1m' });
    await using another = await openOnDouble(other, patient);
    expect(await another.reportsOf(order)).toEqual(reports);
  });

  test('leave out a fee whose worth nobody tells, and one warning says so', async () => {
    await using other = await startBinanceDouble({ balances: { USDT: '10000', BNB: '1' } });
    other.setCommission({ rate: '0.001', paidIn: 'BNB' });
    other.fault({ on: candles, kind: 'lost_answer', times: 9 });
    const lines: string[] = [];
    const log = createLogger({
      name: 'x',
      destination: { write: (line) => void lines.push(line) },
    });
    await using alone = await openOnDouble(other, { log });
    for (const order of [anOrder(), anOrder()]) {
      await alone.place(order);
      expect(await alone.reportsOf(order)).toMatchObject([{}, { quantity: '0.01', fee: '0' }]);
    }
    expect(lines.filter((line) => line.includes('fees in BNB are not counted'))).toHaveLength(1);
  });

  test('end with why it was taken back', async () => {
    const order = limit('49000');
    await broker.place(order);
    double.trade('BTCUSDT', '49000', '0.004');
    await broker.cancel(order, why);
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted' },
      { type: 'filled', complete: false },
      { type: 'cancelled', reason: 'SUPERSEDED', detail: 'a newer signal' },
    ]);
  });

  test('end when somebody else cancels it, or nothing could be filled', async () => {
    const order = limit();
    await broker.place(order);
    const named = { symbol: 'BTCUSDT', origClientOrderId: order.id };
    await signedRequest(double, 'DELETE /api/v3/order', named);
    expect((await broker.reportsOf(order))?.at(-1)).toMatchObject({
      type: 'cancelled',
      reason: 'CANCEL_REQUESTED',
      detail: 'taken back at the venue',
    });
    const atOnce = anOrder({ type: 'limit', limitPrice: '40000', timeInForce: 'IOC' });
    await broker.place(atOnce);
    expect(await broker.reportsOf(atOnce)).toMatchObject([
      { type: 'accepted' },
      { type: 'cancelled', reason: 'TIME_IN_FORCE' },
    ]);
  });

  test('are none while the venue does not find it, and an error while it does not answer', async () => {
    const order = limit();
    expect(await broker.reportsOf(order)).toBeUndefined();
    double.fault({ on: asking, kind: 'lost_answer' });
    await expect(broker.reportsOf(order)).rejects.toMatchObject({ code: 'VENUE_NO_ANSWER' });
    double.fault({ on: asking, kind: 'answer', executed: false, status: 502, body: '<html>' });
    await expect(broker.reportsOf(order)).rejects.toMatchObject({ code: 'VENUE_NO_ANSWER' });
  });

  test('do not forget what the venue has taken when it cannot find it for a while', async () => {
    await using it = await alone();
    const { broker } = it;
    it.double.fault({ on: placing, kind: 'hidden', hiddenMs: 36_000_000 });
    const order = anOrder();
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    expect(kinds(await broker.reportsOf(order))).toEqual(['accepted']);
    it.pass(60_000);
    expect(await broker.abandon(order, why)).toBe(false);
  });
});

describe('many orders of one symbol', () => {
  const listing = 'GET /api/v3/openOrders';
  const grid = Array.from({ length: 40 }, (_, step) => `${40_000 - 100 * step}`);
  async function placed() {
    const other = await startBinanceDouble({ balances: { USDT: '100000' } });
    const alone = await openOnDouble(other);
    const orders: OrderRequest[] = [];
    for (const limitPrice of grid) {
      const order = limit(limitPrice);
      expect(await alone.place(order)).toEqual({ status: 'taken' });
      orders.push(order);
    }
    const look = () => Promise.all(orders.map((order) => alone.reportsOf(order)));
    const stack = new AsyncDisposableStack();
    stack.use(other);
    stack.use(alone);
    return { other, alone, orders, look, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }

  test('are one question while nothing happens to them', async () => {
    await using it = await placed();
    expect((await it.look()).map(kinds)).toEqual(grid.map(() => ['accepted']));
    expect(it.other.requestsTo(listing)).toHaveLength(1);
    expect(it.other.requestsTo(asking)).toHaveLength(0);
    await it.alone.refresh(it.orders);
    expect(it.other.requestsTo(listing)).toHaveLength(2);
  });

  test('are asked for one by one where something has', async () => {
    await using it = await placed();
    // The first is filled in part, the second is taken back by hand.
    it.other.trade('BTCUSDT', '40000', '0.004');
    const named = { symbol: 'BTCUSDT', origClientOrderId: it.orders[1]?.id ?? '' };
    await signedRequest(it.other, 'DELETE /api/v3/order', named);
    const others = grid.slice(2).map(() => ['accepted']);
    const told = [['accepted', 'filled'], ['accepted', 'cancelled'], ...others];
    expect((await it.look()).map(kinds)).toEqual(told);
    expect(it.other.requestsTo(asking)).toHaveLength(2);
    expect((await it.look()).map(kinds)).toEqual(told);
    expect(it.other.requestsTo(asking), 'what is told already is not asked for').toHaveLength(2);
    it.other.trade('BTCUSDT', '40000', '0.006');
    expect((await it.look())[0]?.at(-1)).toMatchObject({ type: 'filled', complete: true });
  });

  test('are asked for one by one where the list does not come', async () => {
    await using it = await placed();
    it.other.fault({ on: listing, kind: 'answer', executed: false, status: 502, body: '<html>' });
    expect((await it.look()).map(kinds)).toEqual(grid.map(() => ['accepted']));
    expect(it.other.requestsTo(asking)).toHaveLength(grid.length);
  });
});

test('an order that was taken back and that the venue has forgotten ends after a minute', async () => {
  await using other = await startBinanceDouble({ balances: { USDT: '10000' } });
  const clock = sharedClock(other);
  await using alone = await openOnDouble(other, { clock });
  await using another = await openOnDouble(other, { clock });
  other.fault({ on: placing, kind: 'hidden', hiddenMs: 36_000_000 });
  const order = limit();
  expect(await alone.place(order)).toEqual({ status: 'taken' });
  expect(kinds(await alone.reportsOf(order))).toEqual(['accepted']);
  clock.pass(3_600_000);
  expect(kinds(await alone.reportsOf(order)), 'nobody has taken it back').toEqual(['accepted']);
  await alone.cancel(order, why);
  const detail = 'a newer signal; the venue does not know the order any more';
  const end = { type: 'cancelled', orderId: order.id, reason: 'SUPERSEDED', detail };
  expect(await alone.reportsOf(order)).toMatchObject([{ type: 'accepted' }, end]);
  await another.cancel(order, why);
  expect(await another.reportsOf(order), 'somebody else waits a minute as well').toBeUndefined();
  clock.pass(60_000);
  await another.refresh([order]);
  expect(await another.reportsOf(order)).toMatchObject([end]);
});

test('one that was not found for a moment and is listed again is not forgotten', async () => {
  await using other = await startBinanceDouble({ balances: { USDT: '10000' } });
  const clock = sharedClock(other);
  await using alone = await openOnDouble(other, { clock });
  const beside = limit();
  await alone.place(beside);
  other.fault({ on: placing, kind: 'hidden', hiddenMs: 60_000 });
  const order = limit();
  await alone.place(order);
  expect(await alone.reportsOf(order)).toHaveLength(1);
  const look = () => Promise.all([alone.reportsOf(order), alone.reportsOf(beside)]);
  await look();
  other.findHidden();
  await look();
  clock.pass(61_000);
  await look();
  expect(alone.isForgotten?.(order)).toBe(false);
  await alone.cancel(order, why);
  expect(kinds(await alone.reportsOf(order))).toEqual(['accepted', 'cancelled']);
});

test('one that was taken back in an instrument that is listed no more ends after a minute', async () => {
  await using other = await startBinanceDouble({ balances: { USDT: '10000' } });
  const clock = sharedClock(other);
  await using alone = await openOnDouble(other, { clock });
  const order = limit();
  await alone.place(order);
  other.setStatus('BTCUSDT', 'delisted');
  await alone.instruments([order.symbol]);
  await alone.cancel(order, why).catch(() => undefined);
  expect(kinds(await alone.reportsOf(order))).toEqual(['accepted']);
  clock.pass(61_000);
  expect(kinds(await alone.reportsOf(order))).toEqual(['accepted', 'cancelled']);
});

describe('taking an order back', () => {
  test('does nothing when it has ended or never was', async () => {
    const order = anOrder();
    await broker.cancel(order, why);
    await broker.place(order);
    await broker.cancel(order, why);
    expect(kinds(await broker.reportsOf(order))).toEqual(['accepted', 'filled']);
  });

  test('throws when nobody answers', async () => {
    const order = limit();
    await broker.place(order);
    double.fault({ on: 'DELETE /api/v3/order', kind: 'lost_answer' });
    await expect(broker.cancel(order, why)).rejects.toMatchObject({ name: 'TransientError' });
    expect(kinds(await broker.reportsOf(order))).toEqual(['accepted', 'cancelled']);
  });
});

describe('abandoning an order', () => {
  test('is certain only once its window and the time to settle are over', async () => {
    await using it = await alone();
    const { broker, double } = it;
    const order = anOrder();
    expect(await broker.abandon(order, why)).toBe(false);
    it.pass(6_900);
    expect(await broker.abandon(order, why)).toBe(false);
    const asked = double.requests.length;
    it.pass(200);
    expect(await broker.abandon(order, why)).toBe(true);
    expect(double.requests.length).toBe(asked + 1);
  });

  test('waits for one that the venue has and does not find yet', async () => {
    await using other = await startBinanceDouble();
    const clock = sharedClock(other);
    await using alone = await openOnDouble(other, { clock });
    const order = anOrder();
    other.fault({ on: placing, kind: 'lost_answer', hiddenMs: 60_000 });
    await expect(alone.place(order)).rejects.toMatchObject({ code: 'ORDER_UNKNOWN' });
    expect(await alone.reportsOf(order)).toBeUndefined();
    expect(await alone.abandon(order, why)).toBe(false);
    other.findHidden();
    clock.pass(60_000);
    expect(await alone.abandon(order, why)).toBe(false);
    expect(kinds(await alone.reportsOf(order))).toHaveLength(2);
  });

  test('does not happen to one that is there', async () => {
    await using it = await alone();
    const { broker, double } = it;
    const order = anOrder();
    double.fault({ on: placing, kind: 'lost_answer' });
    await expect(broker.place(order)).rejects.toMatchObject({ code: 'ORDER_UNKNOWN' });
    it.pass(60_000);
    expect(await broker.abandon(order, why)).toBe(false);
    expect(kinds(await broker.reportsOf(order))).toEqual(['accepted', 'filled']);
  });
});

describe('the account', () => {
  const venue = Venue.parse('binance');
  const symbol = SymbolName.parse('BTC/USDT');

  test('has balances and no positions, and orders of ours and of others', async () => {
    await using other = await startBinanceDouble({ balances: { USDT: '1000', BNB: '0' } });
    await using alone = await openOnDouble(other);
    const order = limit('10000');
    await alone.place(order);
    await signedRequest(other, placing, {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'STOP_LOSS_LIMIT',
      timeInForce: 'GTC',
      quantity: '0.0001',
      price: '60000',
      stopPrice: '55000',
      newClientOrderId: 'by-hand',
    });
    expect(await alone.balances()).toEqual([{ currency: 'USDT', free: '894', total: '1000' }]);
    expect(await alone.positions()).toBeUndefined();
    const facts = { venue, symbol, side: 'buy', filledQuantity: '0', reduceOnly: false };
    expect(await alone.openOrders([symbol])).toMatchObject([
      { ...facts, clientOrderId: order.id, type: 'limit', quantity: '0.01', limitPrice: '10000' },
      { ...facts, clientOrderId: 'by-hand', limitPrice: '60000', stopPrice: '55000' },
    ]);
    other.fault({ on: 'GET /api/v3/openOrders', kind: 'lost_answer' });
    await expect(alone.openOrders([symbol])).rejects.toMatchObject({ code: 'VENUE_NO_ANSWER' });
  });

  test('trades instruments by rules that may change', async () => {
    await using other = await startBinanceDouble();
    await using alone = await openOnDouble(other);
    const symbols = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'].map((name) => SymbolName.parse(name));
    other.setStatus('ETHUSDT', 'BREAK');
    other.setStatus('BNBUSDT', 'delisted');
    expect(await alone.instruments(symbols)).toEqual([
      {
        venue,
        symbol: 'BTC/USDT',
        status: 'trading',
        tickSize: '0.01',
        lotSize: '0.00001',
        minQuantity: '0.00001',
        // Of an order at the market, by which everything is left.
        maxQuantity: '100',
        minNotional: '5',
      },
      expect.objectContaining({ symbol: 'ETH/USDT', status: 'halted' }),
      expect.objectContaining({ symbol: 'BNB/USDT', status: 'delisted' }),
    ]);
  });

  test('tells its open orders though one of the symbols is not listed', async () => {
    await using other = await startBinanceDouble();
    await using alone = await openOnDouble(other);
    other.setStatus('BNBUSDT', 'delisted');
    const order = anOrder({ type: 'limit', limitPrice: '40000' });
    await alone.place(order);
    const symbols = [SymbolName.parse('BNB/USDT'), symbol, SymbolName.parse('FOO/USDT')];
    await alone.instruments(symbols);
    expect(await alone.openOrders(symbols)).toMatchObject([{ clientOrderId: order.id }]);
  });

  test('trades on while its instruments cannot be asked for, or are on their way', async () => {
    await using other = await startBinanceDouble();
    await using alone = await openOnDouble(other, { requestTimeoutMs: 20_000 });
    other.fault({ on: instruments, kind: 'lost_request' });
    await expect(alone.instruments([symbol])).rejects.toMatchObject({ code: 'VENUE_NO_ANSWER' });
    expect(await alone.place(anOrder())).toEqual({ status: 'taken' });
    other.fault({ on: instruments, kind: 'late_request', ms: 3_600_000 });
    const asked = alone.instruments([symbol]).then(
      () => 'instruments',
      () => 'instruments',
    );
    const placed = alone.place(anOrder()).then(({ status }) => status);
    expect(await Promise.race([asked, placed])).toBe('taken');
  });

  test('has a clock of its own', async () => {
    await using other = await startBinanceDouble();
    await using alone = await openOnDouble(other);
    other.setClockOffset(-40_000);
    const askedMs = performance.now();
    const offsetMs = await alone.clockOffsetMs();
    const tookMs = performance.now() - askedMs;
    expect(Math.abs(offsetMs + 40_000), 'as exact as the answers are quick').toBeLessThan(
      1 + tookMs,
    );
    expect(await alone.place(anOrder())).toEqual({ status: 'taken' });
  });
});
