import { expect, test } from 'vitest';
import { aPortfolio, binance, btc } from '../../testing/a-portfolio.ts';
import { unaskable } from './delisted.ts';
import { listings } from './listings.ts';
import type { Statement } from './statement.ts';

const start = Date.UTC(2026, 0, 5);
const later = start + 60_001;
const listed = { venue: binance, symbol: btc, status: 'trading', lotSize: '0.001' } as const;

/** One unit is held, and the outcome of another order is unknown when the instrument is gone. */
function delisted(side: 'buy' | 'sell' = 'buy') {
  const portfolio = aPortfolio();
  portfolio.journal(listings(portfolio.state, [listed], start));
  portfolio.fill(portfolio.intend({ id: 'held' }), '1');
  const lost = portfolio.intend({ id: 'lost', side, quantity: '0.5' });
  portfolio.journal(listings(portfolio.state, [{ ...listed, status: 'delisted' }], start + 1));
  return { portfolio, lost };
}

function statement(change: Partial<Statement>): Statement {
  return { openOrders: [], balances: [], positions: undefined, timeMs: later, ...change };
}

const balance = (total: string) => ({ balances: [{ currency: 'BTC', free: total, total }] });
const position = (quantity: string, side: 'long' | 'short' = 'long') => ({
  positions: [{ venue: binance, symbol: btc, side, quantity }],
});

test.each(['buy', 'sell'] as const)(
  'a %s of a delisted instrument ends where the venue holds what is held here',
  (side) => {
    for (const there of [balance('1'), balance('0.9995'), position('1')]) {
      const { portfolio, lost } = delisted(side);
      const drafts = unaskable(portfolio.state, statement(there));
      expect(drafts).toMatchObject([
        { type: 'order_cancelled', data: { orderId: lost, reason: 'INSTRUMENT_CLOSED' } },
      ]);
      portfolio.journal(drafts);
      expect(portfolio.state.orders.size).toBe(0);
      expect(unaskable(portfolio.state, statement(there))).toEqual([]);
    }
  },
);

test('it stays where it may have been filled, or may be still on its way', () => {
  const { portfolio } = delisted();
  for (const there of [
    balance('1.5'),
    balance('1.2'),
    balance('0.5'),
    {},
    position('1.5'),
    position('1', 'short'),
    { positions: [] },
    { ...balance('1'), timeMs: start + 60_000 },
  ])
    expect(unaskable(portfolio.state, statement(there))).toEqual([]);
  portfolio.intend({ id: 'other way', side: 'sell', quantity: '0.5' });
  expect(unaskable(portfolio.state, statement(balance('1')))).toEqual([]);
});

test('one of an instrument that is listed can be asked about', () => {
  const { portfolio } = delisted();
  portfolio.journal(listings(portfolio.state, [listed], start + 2));
  expect(unaskable(portfolio.state, statement(balance('1')))).toEqual([]);
});
