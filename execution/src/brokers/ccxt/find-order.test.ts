import { expect, test } from 'vitest';
import { FoundOrder } from './answers.ts';
import { findOrder, tradesOf } from './find-order.ts';
import { particularsOf } from './venues.ts';

const empty = (): Promise<unknown> => Promise.resolve([]);
const dayMs = 86_400_000;
const timeMs = 1_795_600_000_000;

/** A venue that finds orders in its lists only: those that are open, and those that have ended, oldest first. */
function listing(
  open: readonly object[],
  ended: readonly { timestamp: number }[] = [],
): Parameters<typeof findOrder>[0] {
  return {
    has: { fetchClosedOrders: true },
    fetchOrder: empty,
    fetchOpenOrders: () => Promise.resolve(open),
    fetchClosedOrders: async (_, sinceMs = 0, limit = 25) =>
      ended.filter(({ timestamp }) => timestamp >= sinceMs).slice(-limit),
    fetchCanceledOrders: empty,
    fetchOrders: empty,
  };
}

const ours = { id: '7', clientOrderId: '4711', symbol: 'BTC/USD', side: 'buy', amount: '1' };
const wanted = { clientId: 4711, symbol: 'BTC/USD', timeMs };
const particulars = particularsOf('bitfinex');
/** So many orders of others. */
const ofOthers = (count: number, timestamp = timeMs) =>
  Array.from({ length: count }, (_, at) => ({ ...ours, clientOrderId: `x${at}`, timestamp }));

test('an order is found beside one of somebody else that nobody understands', async () => {
  const odd = { id: 8, clientOrderId: null, symbol: null, side: undefined, amount: 'all' };
  const found = await findOrder(listing([odd, ours]), particulars, wanted);
  expect(found).toMatchObject({ id: '7', side: 'buy', amount: '1' });
  expect(await findOrder(listing([odd]), particulars, wanted)).toBeUndefined();
});

test('one of ours that cannot be understood is no order that is not there', async () => {
  const odd = { ...ours, side: 'both' };
  await expect(findOrder(listing([odd]), particulars, wanted)).rejects.toThrow('side');
});

test('an order that has ended is found behind hundreds of others since', async () => {
  const ended = [{ ...ours, timestamp: timeMs }, ...ofOthers(2_000)];
  expect(await findOrder(listing([], ended), particulars, wanted)).toMatchObject({ id: '7' });
  expect(await findOrder(listing([], ofOthers(2_000)), particulars, wanted)).toBeUndefined();
});

test('where a list is full, nobody knows whether an order is in what it leaves out', async () => {
  const full = findOrder(listing([], ofOthers(2_500)), particulars, wanted);
  await expect(full).rejects.toThrow('may have more');
  const before = ofOthers(2_500, timeMs - 2 * dayMs);
  expect(await findOrder(listing([], before), particulars, wanted)).toBeUndefined();
});

/** A venue of contracts, which shows a week of the account's trades from a time on, a hundred at most. */
function trading(all: readonly { order: string; timestamp: number }[]) {
  const rows = all.map((trade, at) => ({ id: `${at}`, price: '50000', amount: '1', ...trade }));
  return {
    has: { fetchOrderTrades: true, fetchMyTrades: true },
    fetchOrderTrades: () => Promise.reject(new NotSupported('supports spot markets only')),
    fetchMyTrades: async (
      _: string,
      sinceMs = rows.at(-1)?.timestamp ?? 0,
      limit = 100,
      { orderId, fromId = 0 }: Readonly<Record<string, unknown>> = {},
    ) =>
      rows
        .filter(({ order }) => orderId === undefined || order === orderId)
        .filter(({ id }) => Number(id) >= Number(fromId))
        .filter(({ timestamp }) => timestamp >= sinceMs && timestamp < sinceMs + 7 * dayMs)
        .slice(0, limit),
  };
}
class NotSupported extends Error {}

const order = FoundOrder.parse({ ...ours, timestamp: timeMs, filled: '2' });
const idsOf = (found: Awaited<ReturnType<typeof tradesOf>>): string[] => found.map(({ id }) => id);

test('the trades of an order are asked for by the order, whatever else the account has traded', async () => {
  const others = Array.from({ length: 500 }, () => ({ order: '8', timestamp: timeMs }));
  const ofOrder = [timeMs, timeMs + 5].map((timestamp) => ({ order: '7', timestamp }));
  const venue = trading([...others, ...ofOrder].map((trade) => ({ ...trade, timestamp: timeMs })));
  expect(idsOf(await tradesOf(venue, particularsOf('binanceusdm'), order))).toEqual(['500', '501']);
});

test('an order with more trades in a millisecond than a page holds has all of them', async () => {
  const venue = trading(Array.from({ length: 250 }, () => ({ order: '7', timestamp: timeMs })));
  const filled = { ...order, filled: '250' };
  expect(idsOf(await tradesOf(venue, particularsOf('binance'), filled))).toHaveLength(250);
  const some = { ...venue, fetchOrderTrades: () => venue.fetchMyTrades('', undefined, 100) };
  expect(idsOf(await tradesOf(some, particularsOf('binance'), filled))).toHaveLength(250);
});

test('those of an order that rested for weeks are found after the weeks without any', async () => {
  const filledMs = timeMs + 17 * dayMs;
  const rested = { ...order, lastUpdateTimestamp: filledMs };
  const venue = trading([
    { order: '7', timestamp: filledMs },
    { order: '7', timestamp: filledMs },
    { order: '8', timestamp: filledMs + 9 * dayMs },
  ]);
  expect(idsOf(await tradesOf(venue, particularsOf('binanceusdm'), rested))).toEqual(['0', '1']);
});
