import { expect, test } from 'vitest';
import { z } from 'zod';
import { listedOrders } from './listed-orders.ts';

const order = { id: '1', clientOrderId: 'web', symbol: 'BTC/USDT', side: 'buy', amount: 1 };

test('what is empty of one order says nothing against the others', () => {
  const listed = listedOrders([
    order,
    { ...order, side: undefined },
    { ...order, id: null, amount: 'much' },
    { ...order, clientOrderId: undefined, side: '' },
  ]);
  expect(listed).toEqual([
    { order: expect.objectContaining({ id: '1', amount: '1' }) },
    { unread: 'side is empty', id: '1', clientOrderId: 'web' },
    { unread: 'id is empty, amount is "much"', id: undefined, clientOrderId: 'web' },
    { unread: 'side is empty', id: '1', clientOrderId: undefined },
  ]);
});

test('what is no list of orders is no answer', () => {
  for (const nonsense of [{ code: 0 }, [order, null], [order, { symbol: 'BTC/USDT', info: 'x' }]])
    expect(() => listedOrders(nonsense)).toThrow(z.ZodError);
});
