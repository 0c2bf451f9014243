import type { ReasonCode } from '@heliograph/contracts';
import { someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { after, anOrder, hear, holdingWith, nowMs } from '../../testing/portfolios.ts';
import type { Draft } from '../state/draft.ts';
import { cancelIntended, cancelled } from '../state/order-events.ts';
import { protect } from './protection.ts';

test('what an exit had taken back and was filled all the same is left at once', () => {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend({ quantity: '2' });
  portfolio.report({ type: 'accepted', orderId, venueOrderId: '1' });
  const order = portfolio.state.orders.get(orderId);
  if (!order) throw new Error('the order is open');
  portfolio.journal([
    cancelIntended(portfolio.state, order, {
      timeMs: 1,
      reason: 'CANCEL_REQUESTED',
      detail: 'sma-cross wants to exit',
      leave: true,
    }),
  ]);
  expect(protect(portfolio.state, 2)).toEqual([]);
  portfolio.fill(orderId, '2');
  const events = protect(portfolio.state, 3);
  expect(events).toMatchObject([
    {
      type: 'order_intended',
      data: {
        role: 'unwanted',
        side: 'sell',
        size: { kind: 'base', quantity: '2' },
        reduceOnly: true,
      },
    },
  ]);
  portfolio.journal(events);
  expect(protect(portfolio.state, 4)).toEqual([]);
});

/** One held, and a reversal that sells three ends so. */
function reversed(type: 'rejected' | 'cancelled', reason: ReasonCode, { filled = '0' } = {}) {
  const portfolio = aPortfolio({ settings: someSettings({ shorting: true }) });
  portfolio.fill(portfolio.intend(), '1');
  const reversal = { id: 'reversal', side: 'sell', quantity: '3', reduceOnly: false } as const;
  const orderId = portfolio.intend(reversal);
  if (filled !== '0') portfolio.fill(orderId, filled, { complete: false });
  portfolio.report({ type, orderId, reason, detail: '' });
  return portfolio;
}

test.for([
  ['rejected', 'INSUFFICIENT_FUNDS'],
  ['rejected', 'VENUE_REJECTED'],
  ['cancelled', 'LEVERAGE'],
] as const)('what a reversal was to turn around is left where it is %s: %s', ([type, reason]) => {
  const portfolio = reversed(type, reason);
  const events = protect(portfolio.state, 1);
  const data = { role: 'unwanted', side: 'sell', size: { quantity: '1' }, reduceOnly: true };
  expect(events).toMatchObject([{ type: 'order_intended', data }]);
  portfolio.journal(events);
  expect(protect(portfolio.state, 2)).toEqual([]);
});

test('and so is what a part of the reversal has left of it, but not what it has entered', () => {
  const size = { quantity: '0.25' };
  const part = reversed('cancelled', 'LEVERAGE', { filled: '0.75' });
  expect(protect(part.state, 1)).toMatchObject([{ data: { role: 'unwanted', size } }]);
  expect(protect(reversed('cancelled', 'LEVERAGE', { filled: '2' }).state, 1)).toEqual([]);
});

test.for(['NOT_SENT', 'EXPIRED', 'TIME_IN_FORCE', 'CANCEL_REQUESTED'] as const)(
  'it stays where the venue has refused nothing: %s',
  (reason) => {
    expect(protect(reversed('cancelled', reason).state, 1)).toEqual([]);
  },
);

/** One held, and an order that sells it, or a part, ends so. */
function left(
  reason: ReasonCode,
  { filled = '0', quantity = '1', intent = 'exit', strategy = 'sma-cross' } = {},
): Draft[] {
  const state = holdingWith();
  const size = { kind: 'base', quantity };
  const exit = { side: 'sell', reduceOnly: true, intent, strategy, size } as const;
  const order = anOrder(state, exit);
  if (filled !== '0') hear(state, order, { type: 'filled', quantity: filled, complete: false });
  after(state, cancelled(state, order, { timeMs: nowMs, reason, detail: '' }));
  return protect(state, nowMs);
}

test.for(['VENUE_REJECTED', 'INSUFFICIENT_FUNDS', 'TIME_IN_FORCE'] as const)(
  'what an exit was to leave is left all the same: %s',
  (reason) => {
    const role = 'unwanted';
    expect(left(reason)).toMatchObject([{ data: { role, size: { quantity: '1' } } }]);
    const rest = left(reason, { filled: '0.75' });
    expect(rest).toMatchObject([{ data: { role, size: { quantity: '0.25' } } }]);
  },
);

test('it stays where an exit is worth no other try, only a part was to go, or a person sees to it', () => {
  for (const reason of ['BELOW_MINIMUM', 'NOT_SENT', 'EXPIRED', 'CANCEL_REQUESTED'] as const)
    expect(left(reason)).toEqual([]);
  expect(left('VENUE_REJECTED', { intent: 'reduce', quantity: '0.5' })).toEqual([]);
  expect(left('VENUE_REJECTED', { strategy: 'manual' })).toEqual([]);
});

test('by the rules of version 6 it stayed', () => {
  const portfolio = aPortfolio({ settings: someSettings({ shorting: true }) });
  portfolio.state.decisionsVersion = 6;
  portfolio.fill(portfolio.intend(), '1');
  const orderId = portfolio.intend({ id: 'reversal', side: 'sell', reduceOnly: false });
  portfolio.report({ type: 'rejected', orderId, reason: 'VENUE_REJECTED', detail: '' });
  expect(protect(portfolio.state, 1)).toEqual([]);
});
