import { expect, test } from 'vitest';
import { after, anOrder, bitcoin, hear, holdingWith, nowMs } from '../../testing/portfolios.ts';
import { cancelled } from '../state/order-events.ts';
import { isProtective, type Order } from '../state/order.ts';
import type { PortfolioState } from '../state/portfolio.ts';
import { protect } from '../exits/protection.ts';
import { reconcile } from './reconcile.ts';
import type { VenuePosition } from '../../brokers/broker.ts';

const minuteMs = 60_000;

/** A live portfolio of one bitcoin that a strategy wanted to leave: the exchange refused it for want of funds. */
function unwanted(): PortfolioState {
  const state = holdingWith({}, {}, { mode: 'live' });
  const exit = anOrder(state, { side: 'sell', reduceOnly: true, intent: 'exit' });
  return refuse(state, exit, nowMs);
}

function refuse(state: PortfolioState, order: Order, timeMs: number): PortfolioState {
  const reason = 'INSUFFICIENT_FUNDS';
  return after(state, cancelled(state, order, { timeMs, reason, detail: '' }));
}

/** The venue is compared with: it has so much of it. */
function compared(state: PortfolioState, total: string, timeMs: number): void {
  const balances = [{ currency: 'BTC', free: total, total }];
  const statement = { openOrders: [], positions: undefined, balances, timeMs };
  after(state, ...reconcile(state, statement).events);
}

/** What is done second by second at an exchange that refuses everything: when orders were sent, and what was told. */
function played(state: PortfolioState, fromMs: number, toMs: number) {
  const tries: number[] = [];
  const told: string[] = [];
  for (let timeMs = fromMs; timeMs < toMs; timeMs += 1_000) {
    const events = protect(state, timeMs);
    after(state, ...events);
    for (const event of events) {
      if (event.type === 'order_intended') tries.push(timeMs);
      if (event.type === 'incident_reported') told.push(event.data.detail);
    }
    for (const order of state.orders.values())
      if (isProtective(order)) refuse(state, order, timeMs);
  }
  return { tries, told };
}

test('a position of which the venue has nothing is given up, told once, and tried again when that changes', () => {
  const state = unwanted();
  const first = played(state, nowMs, nowMs + 5 * minuteMs);
  expect(first.tries.length, 'on and on while nobody knows').toBeGreaterThan(5);
  expect(first.told).toEqual(['unwanted was lost 3 times: a person must close the position']);
  let timeMs = nowMs + 5 * minuteMs;
  compared(state, '0', timeMs);
  expect(played(state, timeMs, timeMs + 60 * minuteMs)).toEqual({
    tries: [],
    told: [expect.stringMatching(/the venue has nothing of it: nothing more is tried before/)],
  });
  timeMs += 60 * minuteMs;
  compared(state, '0.5', timeMs);
  const again = played(state, timeMs, timeMs + 3 * minuteMs);
  expect(again).toEqual({ tries: [0, 1, 2].map((at) => timeMs + at * minuteMs), told: [] });
  timeMs += 3 * minuteMs;
  compared(state, '0', timeMs);
  expect(played(state, timeMs, timeMs + 5 * minuteMs)).toMatchObject({
    tries: [],
    told: [expect.stringContaining('nothing of it')],
  });
});

test('where it is known before, one word says both', () => {
  const state = unwanted();
  compared(state, '0', nowMs);
  const { tries, told } = played(state, nowMs, nowMs + 10 * minuteMs);
  expect(tries).toHaveLength(3);
  expect(told).toEqual([expect.stringMatching(/^unwanted was lost 3 times, and .* nothing of it/)]);
});

test('on a margin account it is the same', () => {
  const state = unwanted();
  const short: VenuePosition = { ...bitcoin, side: 'short', quantity: '1' };
  const statement = { openOrders: [], positions: [short], balances: [], timeMs: nowMs };
  after(state, ...reconcile(state, statement).events);
  expect(played(state, nowMs, nowMs + 10 * minuteMs).tries).toHaveLength(3);
});

test('another signal that wants out is tried', () => {
  const state = unwanted();
  compared(state, '0', nowMs);
  played(state, nowMs, nowMs + minuteMs);
  const exit = anOrder(state, { side: 'sell', reduceOnly: true, intent: 'exit' });
  expect(state.orders.get(exit.id)?.status).toBe('intended');
  refuse(state, exit, nowMs + minuteMs);
  expect(played(state, nowMs + minuteMs, nowMs + 5 * minuteMs)).toEqual({ tries: [], told: [] });
});

test('more of it that is bought is protected anew', () => {
  const state = unwanted();
  compared(state, '0', nowMs);
  played(state, nowMs, nowMs + minuteMs);
  const more = anOrder(state, { intent: 'increase', protection: { stopLoss: { price: '90' } } });
  hear(state, more, { type: 'filled', quantity: '1', timeMs: nowMs + minuteMs });
  expect(protect(state, nowMs + minuteMs)).toMatchObject([
    { type: 'order_intended', data: { role: 'stop_loss', size: { quantity: '2' } } },
  ]);
});

test('by earlier rules it was tried once a minute without end', () => {
  const state = unwanted();
  compared(state, '0', nowMs);
  state.decisionsVersion = 6;
  const { tries } = played(state, nowMs, nowMs + 20 * minuteMs);
  expect(tries.length).toBeGreaterThan(15);
});
