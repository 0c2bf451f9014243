import { expect, test } from 'vitest';
import { aPortfolio } from '../testing/a-portfolio.ts';
import { cancelIntended } from './order-events.ts';
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
  portfolio.report({
    type: 'filled',
    orderId,
    fillId: '1',
    quantity: '2',
    price: '100',
    fee: '0',
    liquidity: 'taker',
    complete: true,
  });
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
