import { expect, test } from 'vitest';
import { after, anOrder, hear, nowMs, openedWith } from '../testing/portfolios.ts';
import { cancelIntended } from './state/order-events.ts';
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

test('a fill at the price that the decision saw did not slip, by not even a negative nothing', () => {
  const state = openedWith();
  const order = anOrder(state, { side: 'sell' });
  const price = order.referencePrice.toFixed();
  const fill = {
    fillId: 'f',
    quantity: '1',
    fee: '0',
    liquidity: 'taker',
    complete: true,
  } as const;
  const told = { orderId: order.id, timeMs: nowMs, sequence: 1, price, type: 'filled' } as const;
  const [filled] = settle(state, { ...told, ...fill });
  expect(filled?.type === 'order_filled' && Object.is(filled.data.slippageBps, 0)).toBe(true);
});
