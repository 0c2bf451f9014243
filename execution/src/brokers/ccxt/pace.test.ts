import { expect, test } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble } from '../../testing/ccxt-on-double.ts';

test('an order, and one that is taken back, do not wait behind questions', async () => {
  await using double = await startBinanceDouble({ balances: { USDT: '1000000' } });
  await using broker = await openOnDouble(double);
  const limit = anOrder({ type: 'limit', limitPrice: '40000' });
  await broker.place(limit);
  const before = double.requests.length;
  // Each lets the next one wait for a fifth of a second.
  const questions = Promise.all(Array.from({ length: 20 }, () => broker.balances()));
  await Promise.all([
    broker.place(anOrder()),
    broker.cancel(limit, { timeMs: Date.now(), reason: 'CANCEL_REQUESTED', detail: '' }),
  ]);
  const order = double.requests.slice(before).map(({ endpoint }) => endpoint);
  expect(order.indexOf('POST /api/v3/order')).toBeLessThan(10);
  expect(order.indexOf('DELETE /api/v3/order')).toBeLessThan(10);
  await questions;
  expect(double.requestsTo('GET /api/v3/account').length).toBeGreaterThanOrEqual(20);
});
