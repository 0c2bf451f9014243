import { Big } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { after, anOrder, nowMs, openedWith } from '../../testing/portfolios.ts';
import { held } from '../state/order-events.ts';
import type { PortfolioState } from '../state/portfolio.ts';
import { triggeredTogether } from './triggered-together.ts';

const price = new Big('95');

function exits(state: PortfolioState, ...orders: readonly object[]) {
  const facts = { side: 'sell', reduceOnly: true, signalId: 'entry', role: 'stop_loss' };
  const stop = { orderType: 'stop', stopPrice: '95' };
  return orders.map((change) => {
    const order = anOrder(state, { ...facts, ...stop, ...change });
    after(state, held(state, order));
    return { order, price };
  });
}

/** What goes out and what ends, in the order of the orders. */
function outcome(state: PortfolioState, reached: ReturnType<typeof exits>): string[] {
  const events = triggeredTogether(state, reached, nowMs);
  expect(events).toHaveLength(reached.length);
  after(state, ...events);
  return reached.map(({ order: { id } }) => {
    const order = state.orders.get(id) ?? state.endedOrders.get(id);
    return `${order?.status} ${order?.size.kind === 'base' ? order.size.quantity : ''}`;
  });
}

function size(quantity: string): object {
  return { size: { kind: 'base', quantity } };
}

test('the first goes out for all of its exit, and the others end', () => {
  const state = openedWith();
  const reached = exits(state, size('0.1'), size('0.2'), size('0.3'));
  expect(outcome(state, reached)).toEqual(['triggered 0.6', 'cancelled 0.2', 'cancelled 0.3']);
});

test('one alone, other exits and entries go out by themselves', () => {
  const state = openedWith();
  const entry = { role: 'entry', reduceOnly: false, side: 'buy' };
  const target = { role: 'take_profit', orderType: 'limit', limitPrice: '110' };
  const reached = exits(state, {}, { signalId: 'other' }, target, entry, entry);
  expect(outcome(state, reached)).toEqual(reached.map(() => 'triggered 1'));
});

test('as many go out as the largest order makes necessary', () => {
  const state = openedWith({ instruments: { 'BTC/USDT': { maxQuantity: '2' } } });
  expect(outcome(state, exits(state, {}, {}, {}, {}, {}))).toEqual([
    'triggered 2',
    'cancelled 1',
    'triggered 2',
    'cancelled 1',
    'triggered 1',
  ]);
});
