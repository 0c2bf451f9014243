import {
  Decimal,
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

/** Of the signal that is to close a long position of 4. */
function outcomesOf(id = signalId) {
  const position = {
    venue,
    symbol,
    side: 'long',
    quantity: NonNegativeDecimal.parse('4'),
  } as const;
  return createCloseOutcomes([{ signalId: id, position }]);
}

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

/** What a fill leaves, or what somebody else has made of it. */
function held(quantity: string, side: 'long' | 'short' | 'flat' = 'long') {
  return aJournalEvent('position_changed', {
    venue,
    symbol,
    side,
    quantity: NonNegativeDecimal.parse(quantity),
    averageEntryPrice: NonNegativeDecimal.parse(side === 'flat' ? '0' : '100'),
    realisedPnl: Decimal.parse('0'),
    cash: Decimal.parse('0'),
    orderId: first,
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
  const outcomes = outcomesOf();
  expect(outcomes.of(signalId)).toEqual({ status: 'undecided', left: '4' });
  outcomes.add(intended(first));
  outcomes.add(filled(first, '1', '100', false));
  outcomes.add(held('3'));
  expect(outcomes.of(signalId)).toMatchObject({ status: 'open', filledQuantity: '1', left: '3' });
  expect(outcomes.settled).toBe(false);
  outcomes.add(filled(first, '3', '104', true));
  expect(outcomes.settled, 'what it leaves is not told yet').toBe(false);
  outcomes.add(held('0', 'flat'));
  expect(outcomes.of(signalId)).toEqual({
    status: 'filled',
    orderId: 'first',
    left: '0',
    filledQuantity: '4',
    price: '103',
  });
  expect(outcomes.settled).toBe(true);
  expect(isClosed(outcomes.of(signalId))).toBe(true);
});

test('what is left of a position whose order may not have all of it is not closed', () => {
  const outcomes = outcomesOf();
  outcomes.add(intended(first));
  outcomes.add(filled(first, '1.5', '100', true));
  outcomes.add(held('2.5'));
  expect(outcomes.settled).toBe(true);
  expect(outcomes.of(signalId)).toMatchObject({ status: 'filled', left: '2.5' });
  expect(isClosed(outcomes.of(signalId))).toBe(false);
});

test('a position that several orders leave is closed with the last of them', () => {
  const outcomes = outcomesOf();
  outcomes.add(intended(first));
  outcomes.add(intended(second));
  outcomes.add(filled(second, '2', '100', true));
  outcomes.add(held('2'));
  expect(outcomes.of(signalId)).toMatchObject({ status: 'open', orderId: 'first', left: '2' });
  expect(outcomes.settled).toBe(false);
  outcomes.add(filled(first, '2', '110', true));
  outcomes.add(held('0', 'flat'));
  expect(outcomes.of(signalId)).toMatchObject({ status: 'filled', price: '105', left: '0' });
  expect(isClosed(outcomes.of(signalId))).toBe(true);
  outcomes.add(held('7'));
  expect(outcomes.of(signalId).left, 'what is entered after that is another position').toBe('0');
});

test('another order for the same signal takes the place of the one that came to nothing', () => {
  const outcomes = outcomesOf();
  outcomes.add(intended(first));
  outcomes.add(cancelled(first));
  expect(outcomes.of(signalId)).toEqual({ status: 'open', orderId: 'first', left: '4' });
  expect(outcomes.settled, 'another one follows, or a reason why not').toBe(false);
  outcomes.add(intended(second));
  expect(outcomes.of(signalId)).toEqual({ status: 'open', orderId: 'second', left: '4' });
  outcomes.add(cancelled(first));
  expect(outcomes.of(signalId), 'what is said late of the first is not about it').toEqual({
    status: 'open',
    orderId: 'second',
    left: '4',
  });
});

test('what other signals come to, and orders that reduce nothing, are not counted', () => {
  const other = deterministicId('another signal');
  const outcomes = outcomesOf(other);
  outcomes.add(intended(first));
  outcomes.add(cancelled(first));
  expect(outcomes.of(other)).toEqual({ status: 'undecided', left: '4' });
  const own = outcomesOf();
  own.add(intended(first, { reduceOnly: false }));
  expect(own.of(signalId)).toEqual({ status: 'undecided', left: '4' });
});

test('one that another order leaves with is waited for, until that order ends', () => {
  const skip = { signalId, strategy, venue, symbol, intent: 'exit', side: 'sell' } as const;
  const pending = aJournalEvent('signal_skipped', {
    ...skip,
    reason: 'ORDER_PENDING',
    detail: 'order first is accepted',
  });
  const outcomes = outcomesOf();
  outcomes.add(pending);
  expect(outcomes.settled).toBe(false);
  expect(outcomes.of(signalId)).toMatchObject({ status: 'skipped', left: '4' });
  outcomes.add(filled(first, '4', '100', true));
  outcomes.add(held('0', 'flat'));
  expect(outcomes.settled).toBe(true);
  expect(isClosed(outcomes.of(signalId))).toBe(true);
  const lost = outcomesOf();
  lost.add(pending);
  lost.add(cancelled(first));
  expect(lost.settled).toBe(true);
  expect(isClosed(lost.of(signalId))).toBe(false);
});

test('a position that is gone already is closed; one that may not be traded is not', () => {
  const outcomes = outcomesOf();
  outcomes.add(filled(first, '4', '100', true));
  outcomes.add(held('0', 'flat'));
  expect(outcomes.settled, 'its stop was faster').toBe(true);
  expect(isClosed(outcomes.of(signalId))).toBe(true);
  expect(isClosed({ status: 'skipped', reason: 'NO_POSITION', left: '4' })).toBe(true);
  expect(isClosed({ status: 'skipped', reason: 'EXPIRED', left: '4' })).toBe(false);
  expect(isClosed({ status: 'unknown', left: '4' })).toBe(false);
});
