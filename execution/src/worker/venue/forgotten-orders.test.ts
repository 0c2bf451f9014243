import { TransientError, type OrderId } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import type { Abandonment } from '../../brokers/broker.ts';
import type { Order } from '../../decision/state/order.ts';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { createForgottenOrders } from './forgotten-orders.ts';

/** A portfolio, and what is abandoned of its orders; those that are `stuck` wait for the venue. */
function worker() {
  const portfolio = aPortfolio();
  const abandoned: [OrderId, Abandonment][] = [];
  const it = { nowMs: 0, stuck: new Set<OrderId>() };
  const orders = createForgottenOrders({
    journal: portfolio,
    dispatcher: {
      async abandon({ id }: Order, why) {
        if (it.stuck.has(id)) throw new TransientError('VENUE_NO_ANSWER', 'away');
        abandoned.push([id, why]);
      },
    },
    clock: { steadyMs: () => it.nowMs },
    timeFor: () => 7,
  });
  return { portfolio, abandoned, it, abandon: () => orders.abandon() };
}

test('an order that nobody sends for half a minute is given up, one that was sent is not', async () => {
  const { portfolio, abandoned, it, abandon } = worker();
  const unsent = portfolio.intend({ id: 'unsent' });
  const sent = portfolio.intend({ id: 'sent' });
  await abandon();
  portfolio.report({ type: 'accepted', orderId: sent, venueOrderId: '1' });
  it.nowMs = 29_999;
  await abandon();
  expect(abandoned).toEqual([]);
  it.nowMs = 30_000;
  await abandon();
  const why = { timeMs: 7, reason: 'EXPIRED', detail: 'nobody was left to send it' };
  expect(abandoned).toEqual([[unsent, why]]);
});

test('one that has to wait for the venue keeps no other from being given up', async () => {
  const { portfolio, abandoned, it, abandon } = worker();
  const stuck = portfolio.intend({ id: 'stuck' });
  const other = portfolio.intend({ id: 'other' });
  it.stuck.add(stuck);
  await abandon();
  it.nowMs = 30_000;
  await expect(abandon()).rejects.toThrow('away');
  expect(abandoned.map(([id]) => id)).toEqual([other]);
});

test('one that was on its way again in between begins anew', async () => {
  const { portfolio, abandoned, it, abandon } = worker();
  const id = portfolio.intend();
  await abandon();
  portfolio.report({ type: 'cancelled', orderId: id, reason: 'NOT_SENT', detail: '' });
  it.nowMs = 60_000;
  await abandon();
  expect(abandoned).toEqual([]);
});
