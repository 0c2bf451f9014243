import { describe, expect, test } from 'vitest';
import { after, anOrder, hear, nowMs, openedWith, stateChanged } from '../../testing/portfolios.ts';
import { lapse } from './lapse.ts';
import { withdraw } from './withdraw.ts';

const untilNow = { orderType: 'limit', limitPrice: '90', timeInForce: 'GTD' };

describe('an entry that works until a time', () => {
  test('is taken back once when that has come, and not before', () => {
    const state = openedWith();
    const order = anOrder(state, untilNow);
    hear(state, order, { type: 'accepted' });
    expect(lapse(state, order.expiryMs - 1)).toEqual([]);
    const drafts = lapse(state, order.expiryMs);
    expect(drafts).toMatchObject([
      {
        type: 'order_cancel_intended',
        timeMs: order.expiryMs,
        data: { orderId: order.id, reason: 'TIME_IN_FORCE' },
      },
    ]);
    expect(lapse(after(state, ...drafts), order.expiryMs + 1)).toEqual([]);
  });

  test('is taken back with what is left of it', () => {
    const state = openedWith();
    const order = anOrder(state, untilNow);
    hear(state, order, { type: 'filled', quantity: '0.4', complete: false });
    expect(lapse(state, nowMs)).toHaveLength(1);
    hear(state, order, { type: 'filled', quantity: '0.6' });
    expect(lapse(state, nowMs)).toEqual([]);
  });

  test('is left alone while it was not sent', () => {
    const state = openedWith();
    anOrder(state, untilNow);
    expect(lapse(state, nowMs)).toEqual([]);
  });

  test('is taken back for one reason when trading is halted as well', () => {
    const state = openedWith();
    hear(state, anOrder(state, untilNow), { type: 'accepted' });
    after(state, stateChanged('HALTED'));
    expect([...withdraw(state, nowMs), ...lapse(state, nowMs)]).toMatchObject([
      { data: { reason: 'HALTED' } },
    ]);
  });

  test.each(['GTC', 'IOC', 'PO'])('has no end of its own as %s', (timeInForce) => {
    const state = openedWith();
    hear(state, anOrder(state, { ...untilNow, timeInForce }), { type: 'accepted' });
    expect(lapse(state, nowMs)).toEqual([]);
  });
});
