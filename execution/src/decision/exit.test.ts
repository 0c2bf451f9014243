import { Big } from '@heliograph/contracts';
import { anExitSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decided, orderFor, skipFor, typesOf } from '../testing/decisions.ts';
import { after, anOrder, hear, holdingWith, nowMs, openedWith } from '../testing/portfolios.ts';
import { cancelled, outcomeUnknown, triggered } from './state/order-events.ts';

describe('an exit', () => {
  test('leaves with the whole position and can only reduce it', () => {
    expect(orderFor(holdingWith(), anExitSignal())).toMatchObject({
      side: 'sell',
      orderType: 'market',
      size: { kind: 'base', quantity: '1' },
      reduceOnly: true,
    });
  });

  test('of a short position buys it back', () => {
    const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    const exit = anExitSignal({ data: { side: 'buy' } });
    expect(orderFor(state, exit)).toMatchObject({ side: 'buy', size: { quantity: '1' } });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'NO_POSITION' });
  });

  test('leaves with dust as it is', () => {
    const state = holdingWith(
      { lotSize: '1', instruments: { 'BTC/USDT': { minQuantity: '5', minNotional: '1000' } } },
      { order: { size: { kind: 'base', quantity: '0.0007' } } },
    );
    expect(orderFor(state, anExitSignal())).toMatchObject({ size: { quantity: '0.0007' } });
  });

  test('leaves only with what no stop is selling already', () => {
    const state = holdingWith({}, { order: { size: { kind: 'base', quantity: '2' } } });
    const reached = (quantity: string): void => {
      const order = anOrder(state, {
        side: 'sell',
        intent: 'exit',
        role: 'stop_loss',
        orderType: 'stop',
        stopPrice: '95',
        size: { kind: 'base', quantity },
        reduceOnly: true,
      });
      hear(state, order, { type: 'accepted' });
      after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
    };
    reached('0.5');
    expect(orderFor(state, anExitSignal())).toMatchObject({ size: { quantity: '1.5' } });
    reached('1.5');
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  test('takes several orders where one may not have all of it', () => {
    const state = holdingWith(
      { instruments: { 'BTC/USDT': { maxQuantity: '0.8', lotSize: '0.001' } } },
      { order: { size: { kind: 'base', quantity: '2' } } },
    );
    const orders = decided(state, anExitSignal());
    expect(orders).toMatchObject([
      { type: 'order_intended', data: { size: { quantity: '0.667' }, reduceOnly: true } },
      { type: 'order_intended', data: { size: { quantity: '0.667' } } },
      { type: 'order_intended', data: { size: { quantity: '0.666' } } },
    ]);
    expect(new Set(orders.map(({ id }) => id)).size).toBe(3);
    after(state, ...orders);
    const [one, lost, other] = [...state.orders.values()].filter(({ role }) => role === 'exit');
    if (!one || !lost || !other) throw new Error('there are not three exits');
    expect(decided(state, anExitSignal())).toEqual([]);
    const why = { timeMs: nowMs, reason: 'NOT_SENT', detail: '' } as const;
    after(state, cancelled(state, lost, why));
    hear(state, one, { type: 'filled', quantity: '0.667' });
    expect(orderFor(state, anExitSignal()), 'only what was lost is tried again').toMatchObject({
      size: { quantity: lost.size.kind === 'base' ? lost.size.quantity : '' },
      attempt: 2,
    });
  });

  test('of which parts are lost one after the other has an order of its own each time', () => {
    const state = holdingWith({ instruments: { 'BTC/USDT': { maxQuantity: '0.5' } } });
    const first = decided(state, anExitSignal());
    after(state, ...first);
    const [one, other] = [...state.orders.values()].filter(({ role }) => role === 'exit');
    if (!one || !other) throw new Error('there are not two exits');
    const why = { timeMs: nowMs, reason: 'NOT_SENT', detail: '' } as const;
    after(state, cancelled(state, one, why));
    const second = decided(state, anExitSignal());
    after(state, ...second);
    after(state, cancelled(state, other, why));
    const third = decided(state, anExitSignal());
    const ids = [...first, ...second, ...third].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(third).toMatchObject([{ data: { attempt: 3, size: { quantity: '0.5' } } }]);
  });

  test('before there is a position takes the entry back', () => {
    const state = openedWith();
    const order = anOrder(state);
    const exit = anExitSignal();
    const decisions = decided(state, exit);
    expect(decisions).toMatchObject([
      {
        type: 'order_cancel_intended',
        causationId: exit.id,
        data: { orderId: order.id, reason: 'CANCEL_REQUESTED', signalId: exit.id },
      },
    ]);
    after(state, ...decisions);
    expect(decided(state, exit)).toEqual([]);
    const another = anExitSignal({ id: 'another' });
    expect(skipFor(state, another)).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  test('of what is filled in part leaves and takes the rest back', () => {
    const state = openedWith();
    const order = anOrder(state);
    hear(state, order, { type: 'filled', quantity: '0.4', complete: false });
    const decisions = decided(state, anExitSignal());
    expect(decisions).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: order.id } },
      { type: 'order_intended', data: { size: { quantity: '0.4' }, reduceOnly: true } },
    ]);
  });

  test('does not take back what another strategy wants, but a person does', () => {
    const state = openedWith();
    anOrder(state, { strategy: 'other' });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
    expect(typesOf(decided(state, anExitSignal({ data: { strategy: 'manual' } })))).toEqual([
      'order_cancel_intended',
    ]);
  });

  test('waits for another exit, not for protection and not for an entry of unknown fate', () => {
    const state = holdingWith();
    const stop = { role: 'stop_loss', orderType: 'stop', stopPrice: '95' };
    anOrder(state, { ...stop, side: 'sell', reduceOnly: true });
    const entry = anOrder(state, { strategy: 'other' });
    after(state, outcomeUnknown(state, entry, { timeMs: nowMs, detail: 'timed out' }));
    expect(typesOf(decided(state, anExitSignal()))).toEqual(['order_intended']);
    const exit = anOrder(state, { side: 'sell', reduceOnly: true });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
    after(state, outcomeUnknown(state, exit, { timeMs: nowMs, detail: 'timed out' }));
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'UNKNOWN_ORDER' });
  });
});
