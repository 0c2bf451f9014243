import type { Bus } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import type { BinanceDouble } from '../testing/binance-double/binance-double.ts';
import { openOnDouble } from '../testing/ccxt-on-double.ts';
import {
  candle,
  fold,
  heldOrders,
  journalOf,
  liveSignal,
  only,
  publish,
  seen,
} from '../testing/live-run.ts';
import { differenceIn, exit, startTwoWorkers, type TwoWorkers } from '../testing/two-workers.ts';

/** Two workers that hold 0.02 BTC at a venue, besides 1 BTC of somebody else; what it does not find for long it has forgotten. */
async function begin(stack: AsyncDisposableStack, entry: object = {}): Promise<TwoWorkers> {
  const here = await startTwoWorkers(stack, {
    compareEveryMs: 500,
    opened: (double) =>
      openOnDouble(double, {
        settleMs: 100,
        pollMs: 500,
        forgottenAfterMs: 8_000,
      }),
  });
  await publish(here.bus, liveSignal('in', entry));
  await seen(here.bus, 'order_filled');
  return here;
}

/** It takes the next order, and knows nothing of it ever after. */
function forgetNext(double: BinanceDouble): void {
  const facts = { symbol: 'BTCUSDT', orderId: 4711, clientOrderId: 'x', transactTime: Date.now() };
  const body = JSON.stringify({ ...facts, status: 'NEW', side: 'SELL', type: 'MARKET' });
  const on = 'POST /api/v3/order';
  double.fault({ kind: 'answer', on, executed: false, status: 200, body });
}

async function forgotten(bus: Bus): Promise<void> {
  await eventually(async () => {
    const leaving = [...fold(await journalOf(bus)).orders.values()];
    expect(leaving.map(({ status, side }) => `${status} ${side}`)).toContain('accepted sell');
  });
}

describe.concurrent('an order to leave that the venue has forgotten', () => {
  test('is in the way of other exits until it is certain that it has sold nothing', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus, sales } = await begin(stack);
    forgetNext(double);
    await publish(bus, liveSignal('out', exit));
    await forgotten(bus);
    await publish(bus, liveSignal('again', exit));
    await eventually(async () => {
      const skips = (await only(bus, 'signal_skipped')).map(({ data }) => data.reason);
      expect(skips).toEqual(['ORDER_PENDING']);
    });
    await eventually(async () => {
      const ended = (await only(bus, 'order_cancelled')).map(({ data }) => data);
      expect(ended).toMatchObject([
        { reason: 'UNRECONCILED', detail: expect.stringMatching(/does not know the order/) },
      ]);
    });
    expect(sales()).toHaveLength(0);
    await publish(bus, liveSignal('once-more', exit));
    await seen(bus, 'trade_closed');
    expect(sales()).toHaveLength(1);
    const journal = await journalOf(bus);
    expect(fold(journal).positions.size).toBe(0);
    expect(await differenceIn(bus)).toBeUndefined();
  });

  test('stays where what it was to sell is gone: it is not sold twice', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus, sales } = await begin(stack);
    forgetNext(double);
    await publish(bus, liveSignal('out', exit));
    await forgotten(bus);
    // It was filled, and what was there besides is left.
    double.setBalance('BTC', '1');
    await eventually(async () => {
      const found = (await only(bus, 'reconciliation_reported')).at(-1)?.data.differences;
      expect(found).toMatchObject([
        { kind: 'order', found: expect.stringMatching(/look there, then cancel it$/) },
      ]);
    });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await publish(bus, liveSignal('again', exit));
    await seen(bus, 'signal_skipped');
    expect(await only(bus, 'order_cancel_intended')).toEqual([]);
    // Only a person may say what became of it.
    const cancel = { intent: 'cancel', side: 'sell', targetPosition: 'flat' };
    await publish(bus, liveSignal('of-a-strategy', cancel));
    await seen(bus, 'signal_skipped', 2);
    await publish(bus, liveSignal('by-hand', { ...cancel, strategy: 'manual' }));
    const [ended] = await seen(bus, 'order_cancelled');
    expect(ended?.data).toMatchObject({ reason: 'CANCEL_REQUESTED', side: 'sell' });
    expect(sales()).toHaveLength(0);
  });

  test('gives way to another one at the market where it was a stop', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus, sales } = await begin(stack, { stopLoss: { price: '49000' } });
    await heldOrders(bus, 1);
    forgetNext(double);
    double.setPrice('BTCUSDT', '48900');
    await candle(bus, 48_900);
    await seen(bus, 'order_triggered');
    await forgotten(bus);
    double.setPrice('BTCUSDT', '49500');
    await seen(bus, 'trade_closed');
    expect(sales()).toHaveLength(1);
    const told = (await only(bus, 'incident_reported')).map(({ data }) => data.kind);
    expect(told).toEqual(['UNPROTECTED']);
  });
});
