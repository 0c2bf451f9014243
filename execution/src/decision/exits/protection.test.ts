import { Big, PositiveDecimal } from '@heliograph/contracts';
import { mostAppended } from '@heliograph/contracts/bus';
import { describe, expect, test } from 'vitest';
import { after, anOrder, hear, nowMs, openedWith } from '../../testing/portfolios.ts';
import { entered, first, guard, protective, stop, targets } from '../../testing/protected.ts';
import type { Draft } from '../state/draft.ts';
import { cancelled } from '../state/order-events.ts';

describe('a position that asks for a stop', () => {
  test('gets one for what was filled, and another for each fill that follows', () => {
    const { state, entry } = entered(stop, '2', { filled: '0.5' });
    expect(guard(state)).toMatchObject([
      {
        type: 'order_intended',
        data: {
          role: 'stop_loss',
          orderType: 'stop',
          stopPrice: '95',
          side: 'sell',
          size: { quantity: '0.5' },
          reduceOnly: true,
          protects: entry.id,
        },
      },
    ]);
    expect(guard(state)).toEqual([]);
    hear(state, entry, { type: 'filled', quantity: '1.5' });
    expect(guard(state)).toMatchObject([
      { data: { role: 'stop_loss', size: { quantity: '1.5' } } },
    ]);
  });

  test('is left with hundreds of orders in as many steps as the journal takes at once', () => {
    const { state, entry } = entered({ ...stop, ...targets }, '400', { filled: '1' });
    const placed = guard(state);
    for (let part = 2; part <= 400; part++) {
      hear(state, entry, { type: 'filled', quantity: '1', complete: part === 400 });
      placed.push(...guard(state));
    }
    expect(placed.length).toBeGreaterThan(mostAppended);
    const out = anOrder(state, {
      intent: 'exit',
      side: 'sell',
      size: { kind: 'base', quantity: '400' },
      reduceOnly: true,
    });
    hear(state, out, { type: 'filled', quantity: '400' });
    const cancelled: Draft[] = [];
    for (let some = guard(state); some.length > 0; some = guard(state)) {
      expect(some.length).toBeLessThan(mostAppended / 2);
      cancelled.push(...some);
    }
    expect(new Set(cancelled.map(({ id }) => id)).size).toBe(placed.length);
    expect(protective(state).every(({ cancellation }) => cancellation)).toBe(true);
  });

  test('asks for what one batch takes, also where a largest order is misunderstood', () => {
    const takeProfits = Array.from({ length: 10 }, (_, index) => ({
      price: String(110 + index),
      ratio: 0.1,
    }));
    const { state } = entered({ ...stop, takeProfits }, '10');
    state.instruments.set('binance|BTC/USDT', {
      status: 'trading',
      rules: {
        maxQuantity: PositiveDecimal.parse('0.001'),
        lotSize: PositiveDecimal.parse('0.0001'),
      },
    });
    const placed: Draft[] = [];
    for (let some = guard(state); some.length > 0; some = guard(state)) {
      expect(some.length).toBeLessThan(mostAppended);
      placed.push(...some);
    }
    expect(placed).toHaveLength(1_100);
    const open = protective(state).reduce(
      (sum, { size }) => sum.plus(size.kind === 'base' ? size.quantity : '0'),
      new Big('0'),
    );
    expect(open.toFixed()).toBe('20');
  });

  test('short gets one that buys back', () => {
    const { state } = entered({ stopLoss: { price: '105' } }, '2', { side: 'sell' });
    expect(guard(state)).toMatchObject([{ data: { side: 'buy', stopPrice: '105' } }]);
  });

  test('that trails starts where its stop is', () => {
    const { state } = entered({ ...stop, trailingStop: { distanceBps: 300 } });
    expect(guard(state)).toMatchObject([
      { data: { orderType: 'trailing_stop', trailingBps: 300, stopPrice: '95' } },
    ]);
    expect(protective(state)).toHaveLength(1);
  });

  test('that comes back when its entry is filled further gets orders of its own', () => {
    const { state, entry } = entered(stop, '2', { filled: '1' });
    guard(state);
    const before = first(state, 'stop_loss');
    hear(state, before, { type: 'filled', quantity: '1', price: '95' });
    expect(state.positions.size).toBe(0);
    hear(state, entry, { type: 'filled', quantity: '1' });
    expect(guard(state)).toMatchObject([{ data: { role: 'stop_loss', size: { quantity: '1' } } }]);
    expect(first(state, 'stop_loss').id).not.toBe(before.id);
  });

  test('that is gone has its protection taken back', () => {
    const { state } = entered({ ...stop, ...targets });
    guard(state);
    hear(state, first(state, 'stop_loss'), { type: 'filled', quantity: '2', price: '95' });
    expect(state.positions.size).toBe(0);
    expect(guard(state)).toMatchObject([
      { type: 'order_cancel_intended', data: { reason: 'POSITION_CLOSED' } },
      { type: 'order_cancel_intended', data: { reason: 'POSITION_CLOSED' } },
    ]);
    expect(guard(state)).toEqual([]);
  });
});

test('where an order may not have all of a position, several protect it', () => {
  const state = openedWith({ instruments: { 'BTC/USDT': { maxQuantity: '0.8' } } });
  const entry = anOrder(state, { protection: stop, size: { kind: 'base', quantity: '2' } });
  hear(state, entry, { type: 'filled', quantity: '2', complete: true });
  const drafts = guard(state);
  expect(drafts).toMatchObject([
    { data: { role: 'stop_loss', size: { quantity: '0.667' } } },
    { data: { role: 'stop_loss', size: { quantity: '0.667' } } },
    { data: { role: 'stop_loss', size: { quantity: '0.666' } } },
  ]);
  expect(new Set(drafts.map(({ id }) => id)).size).toBe(3);
  expect(guard(state)).toEqual([]);
});

test('once a tape has ended nothing is protected any more, whoever hears of it', () => {
  const { state } = entered(stop);
  const [order] = guard(state).length > 0 ? protective(state) : [];
  if (!order) throw new Error('no stop is open');
  hear(state, order, { type: 'accepted' });
  after(state, cancelled(state, order, { timeMs: nowMs, reason: 'TAPE_ENDED', detail: '' }));
  expect(guard(state)).toEqual([]);
});
