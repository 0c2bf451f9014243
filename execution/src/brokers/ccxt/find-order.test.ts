import { expect, test } from 'vitest';
import { findOrder } from './find-order.ts';
import { particularsOf } from './venues.ts';

const empty = (): Promise<unknown> => Promise.resolve([]);

/** A venue that finds orders in its lists only, with those that are open. */
function listing(...open: readonly object[]): Parameters<typeof findOrder>[0] {
  return {
    has: { fetchClosedOrders: true },
    fetchOrder: empty,
    fetchOpenOrders: () => Promise.resolve(open),
    fetchClosedOrders: empty,
    fetchCanceledOrders: empty,
    fetchOrders: empty,
  };
}

const ours = { id: '7', clientOrderId: '4711', symbol: 'BTC/USD', side: 'buy', amount: '1' };
const wanted = { clientId: 4711, symbol: 'BTC/USD' };
const particulars = particularsOf('bitfinex');

test('an order is found beside one of somebody else that nobody understands', async () => {
  const odd = { id: 8, clientOrderId: null, symbol: null, side: undefined, amount: 'all' };
  const found = await findOrder(listing(odd, ours), particulars, wanted);
  expect(found).toMatchObject({ id: '7', side: 'buy', amount: '1' });
  expect(await findOrder(listing(odd), particulars, wanted)).toBeUndefined();
});

test('one of ours that cannot be understood is no order that is not there', async () => {
  const odd = { ...ours, side: 'both' };
  await expect(findOrder(listing(odd), particulars, wanted)).rejects.toThrow('side');
});
