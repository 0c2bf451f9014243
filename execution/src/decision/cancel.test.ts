import { aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decided, skipFor, typesOf } from '../testing/decisions.ts';
import { after, anOrder, hear, holdingWith, openedWith } from '../testing/portfolios.ts';
import { draftOf } from './state/draft.ts';
import { type PortfolioState } from './state/portfolio.ts';

describe('a cancel', () => {
  const cancel = aSignal({ data: { intent: 'cancel', side: 'buy', targetPosition: 'flat' } });

  test('takes back the open entries of its strategy, each once', () => {
    const state = openedWith();
    const mine = anOrder(state);
    anOrder(state, { strategy: 'other' });
    anOrder(state, { symbol: 'ETH/USDT' });
    const decisions = decided(state, cancel);
    expect(decisions).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: mine.id, signalId: cancel.id } },
    ]);
    after(state, ...decisions);
    expect(decided(state, cancel)).toEqual([]);
    expect(skipFor(state, aSignal({ ...cancel, id: 'another' }))).toMatchObject({
      reason: 'NO_ORDER',
    });
  });

  test('touches neither exits nor protection', () => {
    const state = holdingWith();
    anOrder(state, { side: 'sell', reduceOnly: true });
    anOrder(state, { side: 'sell', reduceOnly: true, role: 'stop_loss' });
    expect(skipFor(state, cancel)).toMatchObject({ reason: 'NO_ORDER' });
  });
});

/** An exit has been accepted, and the venue did not list it as open. */
function withMissedExit(orderId?: string): PortfolioState {
  const state = holdingWith();
  const { id } = anOrder(state, { role: 'exit', side: 'sell', reduceOnly: true });
  hear(state, { id }, { type: 'accepted' });
  const difference = { orderId: orderId ?? id, found: 'not listed', kind: 'order' } as const;
  const found = { checked: 1, differences: [difference] };
  return after(state, draftOf(aJournalEvent('reconciliation_reported', found)));
}

describe('a cancel of a person', () => {
  const byHand = aSignal({
    data: { intent: 'cancel', strategy: 'manual', targetPosition: 'flat' },
  });
  test('takes an exit back that the venue did not list', () => {
    expect(typesOf(decided(withMissedExit(), byHand))).toEqual(['order_cancel_intended']);
  });

  test('takes back no other, nor does a strategy, nor did anybody by earlier rules', () => {
    expect(skipFor(withMissedExit('another'), byHand)).toMatchObject({ reason: 'NO_ORDER' });
    const byStrategy = aSignal({ data: { intent: 'cancel', targetPosition: 'flat' } });
    expect(skipFor(withMissedExit(), byStrategy)).toMatchObject({ reason: 'NO_ORDER' });
    const before = { ...withMissedExit(), decisionsVersion: 6 };
    expect(skipFor(before, byHand)).toMatchObject({ reason: 'NO_ORDER' });
  });
});
