import { SymbolName, Venue } from '@heliograph/contracts';
import { describe, expect, test } from 'vitest';
import { after, anOrder, hear, nowMs, openedWith } from '../../testing/portfolios.ts';
import { listings } from '../venue/listings.ts';
import { protect } from './protection.ts';

const listed = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  status: 'trading',
  lotSize: '0.001',
} as const;

describe('an exit that leaves less than a lot, for the fee was taken from what was bought', () => {
  const protection = { stopLoss: { price: '95' } };
  const held = () => {
    const state = openedWith();
    // The exchange has told its rules.
    after(state, ...listings(state, [listed], nowMs));
    hear(state, anOrder(state, { protection }), { type: 'filled', quantity: '0.9995' });
    return state;
  };
  const exit = { side: 'sell', intent: 'exit', reduceOnly: true };

  test('closes the position, and what nobody can sell is lost', () => {
    const state = held();
    const fill = { type: 'filled', quantity: '0.999', price: '110', fee: '0.1' } as const;
    expect(hear(state, anOrder(state, exit), fill)).toMatchObject([
      { type: 'order_filled' },
      {
        type: 'position_changed',
        data: { side: 'flat', quantity: '0', cash: '1009.84', realisedPnl: '9.84' },
      },
      { type: 'trade_closed', data: { quantity: '0.999', pnl: '9.84' } },
    ]);
    expect(state.positions.size).toBe(0);
    expect(state.cash.toFixed()).toBe('1009.84');
  });

  test('closes it with the last part of its fill only', () => {
    const state = held();
    const order = anOrder(state, exit);
    hear(state, order, { type: 'filled', quantity: '0.9988', fillId: '1', complete: false });
    expect(state.positions.size).toBe(1);
    hear(state, order, { type: 'filled', quantity: '0.0002', fillId: '2', complete: true });
    expect(state.positions.size).toBe(0);
  });

  test('leaves no order behind that would protect the rest', () => {
    const state = held();
    after(state, ...protect(state, nowMs));
    const [stop] = state.orders.values();
    hear(state, anOrder(state, exit), { type: 'filled', quantity: '0.999' });
    expect(protect(state, nowMs)).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: stop?.id, reason: 'POSITION_CLOSED' } },
    ]);
  });
});

test('a position that is less than a lot from the beginning is held', () => {
  const state = openedWith();
  hear(state, anOrder(state), { type: 'filled', quantity: '0.0005' });
  expect(state.positions.size).toBe(1);
});
