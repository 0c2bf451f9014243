import { describe, expect, test } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble } from '../../testing/ccxt-on-double.ts';
import { movedClock } from '../../testing/clocks.ts';

const placing = 'POST /api/v3/order';
const why = { timeMs: 0, reason: 'EXPIRED', detail: '' } as const;

describe.each([3_600_000, -3_600_000])('a wall clock that is set by %i ms', (jumpMs) => {
  async function begin() {
    const double = await startBinanceDouble({ balances: { USDT: '1000000' } });
    const by = { jumpMs: 0 };
    const clock = movedClock(by);
    const broker = await openOnDouble(double, { clock, requestTimeoutMs: 1_000 });
    return {
      double,
      broker,
      nowMs: clock.nowMs,
      jump: () => void (by.jumpMs = jumpMs),
      async [Symbol.asyncDispose]() {
        await broker[Symbol.asyncDispose]();
        await double[Symbol.asyncDispose]();
      },
    };
  }

  test('is no obstacle to what is signed: orders are taken, found and taken back', async () => {
    await using it = await begin();
    const { broker } = it;
    it.jump();
    const order = anOrder({ type: 'limit', limitPrice: '40000', timeMs: it.nowMs() });
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    expect(await broker.reportsOf(order)).toMatchObject([{ type: 'accepted' }]);
    await broker.cancel(order, why);
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted' },
      { type: 'cancelled' },
    ]);
    expect(await broker.balances()).not.toEqual([]);
  });

  test('is known as soon as the venue is asked for its time', async () => {
    await using it = await begin();
    it.jump();
    expect(Math.abs((await it.broker.clockOffsetMs()) + jumpMs)).toBeLessThan(1_000);
  });

  test('while a request hangs neither gives its order up at once nor lets it wait for the hour', async () => {
    await using it = await begin();
    const { broker, double } = it;
    double.fault({ on: placing, kind: 'late_request', ms: 3_000 });
    const order = anOrder({ timeMs: it.nowMs() });
    await expect(broker.place(order)).rejects.toMatchObject({ code: 'ORDER_UNKNOWN' });
    it.jump();
    expect(await broker.abandon(order, why), 'it is still on its way').toBe(false);
    await expect
      .poll(() => double.orders(), { timeout: 5_000 })
      .toMatchObject([{ clientOrderId: order.id }]);
    expect(await broker.abandon(order, why)).toBe(false);
  });

  test('between what decides an order and its request lets no request out later than before', async () => {
    await using it = await begin();
    const { broker, double } = it;
    const order = anOrder({ timeMs: it.nowMs() });
    it.jump();
    expect(await broker.place(order)).toMatchObject({ status: 'rejected' });
    expect(double.orders()).toEqual([]);
  });
});
