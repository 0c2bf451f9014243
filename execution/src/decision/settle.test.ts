import { expect, test } from 'vitest';
import { after, anOrder, hear, nowMs, openedWith } from '../testing/portfolios.ts';
import { cancelIntended } from './order-events.ts';
import { settle } from './settle.ts';

test.each([
  ['CANCEL_REQUESTED', 'HALTED'],
  ['TIME_IN_FORCE', 'TIME_IN_FORCE'],
  ['VENUE_REJECTED', 'VENUE_REJECTED'],
] as const)(
  'an order that another worker has taken back ends with what the journal wanted: %s is %s',
  (reason, journalled) => {
    const state = openedWith();
    const order = anOrder(state);
    hear(state, order, { type: 'accepted' });
    after(state, cancelIntended(state, order, { timeMs: nowMs, reason: 'HALTED', detail: 'news' }));
    const detail = 'taken back at the venue';
    const told = { orderId: order.id, timeMs: nowMs, sequence: 9, reason, detail } as const;
    expect(settle(state, { ...told, type: 'cancelled' })).toMatchObject([
      {
        type: 'order_cancelled',
        data: { reason: journalled, detail: journalled === 'HALTED' ? 'news' : detail },
      },
    ]);
  },
);
