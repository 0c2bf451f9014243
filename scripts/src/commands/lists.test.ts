import { Decimal } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { standingOf, termsOf } from './lists.ts';

const market = {
  orderType: 'market',
  stopPrice: null,
  trailingBps: null,
  limitPrice: null,
  timeInForce: null,
} as const;
const stopPrice = Decimal.parse('95');
const limitPrice = Decimal.parse('94.50');

test.each([
  [market, 'market'],
  [{ ...market, timeInForce: 'IOC' } as const, 'market IOC'],
  [{ ...market, orderType: 'limit', limitPrice, timeInForce: 'PO' } as const, 'limit 94.5 PO'],
  [{ ...market, orderType: 'stop', stopPrice, timeInForce: 'GTC' } as const, 'stop 95'],
  [{ ...market, orderType: 'stop_limit', stopPrice, limitPrice } as const, 'stop 95 limit 94.5'],
  [
    { ...market, orderType: 'trailing_stop', trailingBps: 150.5, stopPrice } as const,
    'trailing stop 150.5 bps stop 95',
  ],
  [{ ...market, orderType: 'limit' } as const, 'limit'],
])('the terms of an order are short: %#', (order, terms) => {
  expect(termsOf(order)).toBe(terms);
});

test('an order that works and is wanted back says so, one that has ended does not', () => {
  const wanted = { reason: null, cancelReason: 'CANCEL_REQUESTED' } as const;
  expect(standingOf({ ...wanted, status: 'partially_filled' })).toBe(
    'partially filled cancel CANCEL_REQUESTED',
  );
  expect(standingOf({ ...wanted, status: 'filled' })).toBe('filled');
  expect(standingOf({ status: 'rejected', reason: 'VENUE_REJECTED', cancelReason: null })).toBe(
    'rejected VENUE_REJECTED',
  );
});
