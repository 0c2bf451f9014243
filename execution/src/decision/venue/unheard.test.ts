import { deterministicId, OrderId } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { anOrder, hear, holdingWith, nowMs, openedWith } from '../../testing/portfolios.ts';
import { decide } from '../decide.ts';
import { isUrgent, withoutEntry } from './unheard.ts';

const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;
const orderId = OrderId.parse(`h${deterministicId('silent')}`);
const context = { nowMs, mode: 'paper', prices: new Map(), marketSequence: 7 } as const;

test('an entry becomes a skip that names the order of which nothing is known', () => {
  const portfolio = openedWith();
  const signal = aSignal();
  const decision = decide(portfolio, signal, context);
  expect(isUrgent(decision)).toBe(false);
  const skipped = withoutEntry(decision, { portfolio, signal, orderId });
  expect(skipped).toMatchObject([
    {
      type: 'signal_skipped',
      timeMs: nowMs,
      correlationId: signal.correlationid,
      causationId: signal.id,
      data: {
        signalId: signal.id,
        intent: 'enter',
        marketSequence: 7,
        reason: 'UNKNOWN_ORDER',
        detail: `the venue says nothing of order ${orderId}`,
      },
    },
  ]);
});

test('an exit goes on as it was decided, and what an entry has come to otherwise stays', () => {
  const held = holdingWith();
  const leaving = decide(held, aSignal({ data: exit }), context);
  expect(leaving).toMatchObject([{ type: 'order_intended', data: { reduceOnly: true } }]);
  expect(isUrgent(leaving)).toBe(true);
  const signal = aSignal();
  const again = decide(held, signal, context);
  expect(again).toMatchObject([{ type: 'signal_skipped', data: { reason: 'DUPLICATE' } }]);
  expect(isUrgent(again)).toBe(false);
  expect(withoutEntry(again, { portfolio: held, signal, orderId })).toBe(again);
});

test('what an exit takes back is to be left where it is filled all the same; a cancel leaves nothing', () => {
  const waiting = openedWith();
  const entry = anOrder(waiting, { orderType: 'limit', limitPrice: '90' });
  hear(waiting, entry, { type: 'accepted' });
  const takenBack = decide(waiting, aSignal({ data: exit }), context);
  expect(takenBack).toMatchObject([
    { type: 'order_cancel_intended', data: { orderId: entry.id, leave: true } },
  ]);
  expect(isUrgent(takenBack)).toBe(true);
  const [cancelled] = decide(waiting, aSignal({ data: { ...exit, intent: 'cancel' } }), context);
  expect(cancelled).toMatchObject({ type: 'order_cancel_intended', data: { orderId: entry.id } });
  expect(cancelled?.data).not.toHaveProperty('leave');
});
