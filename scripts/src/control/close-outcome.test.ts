import {
  deterministicId,
  NonNegativeDecimal,
  OrderId,
  PositiveDecimal,
  type JournalEventOf,
} from '@heliograph/contracts';
import { aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createCloseOutcomes, isClosed } from './close-outcome.ts';

const { venue, symbol, strategy } = aSignal().data;
const signalId = deterministicId('signal');
const price = PositiveDecimal.parse('100');
const facts = { venue, symbol, side: 'sell' } as const;
const first = OrderId.parse('first');
const second = OrderId.parse('second');

function intended(orderId: OrderId, change: { reduceOnly?: boolean } = {}) {
  const size: JournalEventOf<'order_intended'>['data']['size'] = { kind: 'base', quantity: price };
  return aJournalEvent('order_intended', {
    ...facts,
    signalId,
    strategy,
    intent: 'exit',
    orderId,
    orderType: 'market',
    size,
    reduceOnly: true,
    expiryTime: '2026-01-06T00:00:00Z',
    referencePrice: price,
    reasons: [],
    ...change,
  });
}

function filled(orderId: OrderId, quantity: string, at: string, complete: boolean) {
  return aJournalEvent('order_filled', {
    ...facts,
    orderId,
    fillId: `${quantity} at ${at}`,
    quantity: PositiveDecimal.parse(quantity),
    price: PositiveDecimal.parse(at),
    fee: NonNegativeDecimal.parse('0'),
    liquidity: 'taker',
    filledQuantity: PositiveDecimal.parse(quantity),
    complete,
    slippageBps: 0,
  });
}

function cancelled(orderId: OrderId) {
  return aJournalEvent('order_cancelled', {
    ...facts,
    orderId,
    reason: 'NOT_SENT',
    detail: 'it did not arrive',
    filledQuantity: NonNegativeDecimal.parse('0'),
  });
}

test('a signal is filled with its last fill, at the average price', () => {
  const outcomes = createCloseOutcomes([signalId]);
  expect(outcomes.of(signalId)).toEqual({ status: 'undecided' });
  outcomes.add(intended(first));
  outcomes.add(filled(first, '1', '100', false));
  expect(outcomes.of(signalId)).toMatchObject({ status: 'open', filledQuantity: '1' });
  expect(outcomes.settled).toBe(false);
  outcomes.add(filled(first, '3', '104', true));
  expect(outcomes.of(signalId)).toEqual({
    status: 'filled',
    orderId: 'first',
    filledQuantity: '4',
    price: '103',
  });
  expect(outcomes.settled).toBe(true);
  expect(isClosed(outcomes.of(signalId))).toBe(true);
});

test('another order for the same signal takes the place of the one that came to nothing', () => {
  const outcomes = createCloseOutcomes([signalId]);
  outcomes.add(intended(first));
  outcomes.add(cancelled(first));
  expect(outcomes.of(signalId)).toMatchObject({ status: 'cancelled', reason: 'NOT_SENT' });
  outcomes.add(intended(second));
  expect(outcomes.of(signalId)).toEqual({ status: 'open', orderId: 'second' });
  outcomes.add(cancelled(first));
  expect(outcomes.of(signalId), 'what is said late of the first is not about it').toEqual({
    status: 'open',
    orderId: 'second',
  });
});

test('what other signals come to, and orders that reduce nothing, are not counted', () => {
  const other = deterministicId('another signal');
  const outcomes = createCloseOutcomes([other]);
  outcomes.add(intended(first));
  outcomes.add(filled(first, '1', '100', true));
  expect(outcomes.of(other)).toEqual({ status: 'undecided' });
  const own = createCloseOutcomes([signalId]);
  own.add(intended(first, { reduceOnly: false }));
  expect(own.of(signalId)).toEqual({ status: 'undecided' });
});

test('a position that is gone already is closed; one that may not be traded is not', () => {
  expect(isClosed({ status: 'skipped', reason: 'NO_POSITION' })).toBe(true);
  expect(isClosed({ status: 'skipped', reason: 'EXPIRED' })).toBe(false);
  expect(isClosed({ status: 'unknown' })).toBe(false);
});
