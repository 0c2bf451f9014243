import { deterministicId, toTime } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decided, orderFor, skipFor, typesOf } from '../testing/decisions.ts';
import { after, nowMs, openedWith } from '../testing/portfolios.ts';
import { orderIdFor } from './decide.ts';
import { cancelled } from './state/order-events.ts';

describe('a signal becomes an order', () => {
  test('sized by the stake, with the client order id that follows from it', () => {
    const signal = aSignal({ data: { reasons: ['crossed up'] } });
    const [decision, ...more] = decided(openedWith(), signal);
    expect(more).toEqual([]);
    expect(decision).toMatchObject({
      type: 'order_intended',
      id: deterministicId('paper', 'order_intended', signal.id),
      timeMs: nowMs,
      causationId: signal.id,
      correlationId: signal.correlationid,
      data: {
        orderId: orderIdFor('paper', signal),
        orderType: 'market',
        size: { kind: 'quote', notional: '100', includesFee: false },
        reduceOnly: false,
        expiryTime: signal.expirytime,
        reasons: ['crossed up'],
      },
    });
    expect(orderIdFor('paper', signal)).toMatch(/^[a-z0-9]{1,32}$/);
    expect(orderIdFor('other', signal)).not.toBe(orderIdFor('paper', signal));
  });

  test('that says what the market was when it was decided', () => {
    expect(orderFor(openedWith(), aSignal(), { marketSequence: 7 })).toMatchObject({
      marketSequence: 7,
    });
    expect(orderFor(openedWith(), aSignal())).not.toHaveProperty('marketSequence');
  });

  test('the same way by everybody, ids included', () => {
    const decisions = [openedWith(), openedWith()].map((state) => decided(state, aSignal()));
    expect(decisions[0]).toEqual(decisions[1]);
  });
});

describe('a signal is decided', () => {
  test('once: the second time nothing happens', () => {
    const state = openedWith();
    after(state, ...decided(state, aSignal()));
    expect(decided(state, aSignal(), { nowMs: nowMs + 1 })).toEqual([]);
  });

  test('again, under another order id, when its order never reached the venue', () => {
    const state = openedWith();
    const signal = aSignal();
    after(state, ...decided(state, signal));
    const [order] = state.orders.values();
    if (!order) throw new Error('expected an order');
    after(state, cancelled(state, order, { timeMs: nowMs, reason: 'NOT_SENT', detail: '' }));
    const second = orderFor(state, signal);
    expect(second).toMatchObject({ attempt: 2, orderId: orderIdFor('paper', signal, 2) });
    expect(second.orderId).not.toBe(order.id);
    const [again] = decided(state, signal);
    expect(again?.id).not.toBe(deterministicId('paper', 'order_intended', signal.id));
    const later = decided(state, signal, { nowMs: nowMs + 60_000 });
    expect(later).toMatchObject([{ type: 'signal_skipped', data: { reason: 'EXPIRED' } }]);
    after(state, ...later);
    expect(decided(state, signal)).toEqual([]);
  });

  test('not at all when it may have been decided and forgotten', () => {
    const state = openedWith();
    state.forgottenMs = nowMs;
    expect(skipFor(state, aSignal())).toMatchObject({ reason: 'DUPLICATE' });
    expect(skipFor(state, aSignal(), { nowMs: nowMs + 60_000 })).toMatchObject({
      reason: 'EXPIRED',
    });
    state.forgottenMs = nowMs - 1;
    expect(typesOf(decided(state, aSignal()))).toEqual(['order_intended']);
  });

  test('late without silencing one that was made meanwhile', () => {
    const state = openedWith();
    const first = aSignal({ id: 'first', expirytime: toTime(nowMs + 60_000) });
    const second = aSignal({ id: 'second', time: toTime(nowMs + 1_000) });
    const late = { nowMs: nowMs + 30_000 };
    after(state, ...decided(state, first, late));
    expect(skipFor(state, second, late)).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  test('ahead of its time without silencing what comes before it', () => {
    const state = openedWith({ risk: { maxClockSkewMs: 1_000 } });
    const ahead = aSignal({ id: 'ahead', time: toTime(nowMs + 3_600_000) });
    after(state, ...decided(state, ahead));
    const next = aSignal({ time: toTime(nowMs + 60_000) });
    expect(typesOf(decided(state, next, { nowMs: nowMs + 60_000 }))).toEqual(['order_intended']);
  });
});
