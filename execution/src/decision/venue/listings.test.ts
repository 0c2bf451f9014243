import { expect, test } from 'vitest';
import type { Instrument } from '../../brokers/broker.ts';
import { aPortfolio, binance, btc } from '../../testing/a-portfolio.ts';
import { listings } from './listings.ts';
import { rulesOf } from '../state/portfolio.ts';

const listed: Instrument = {
  venue: binance,
  symbol: btc,
  status: 'trading',
  tickSize: '0.01',
  lotSize: '0.00001',
  minNotional: '5',
};

test("the venue's rules are journalled when they are new, and when they change", () => {
  const portfolio = aPortfolio();
  portfolio.journal(listings(portfolio.state, [listed], 1));
  expect(rulesOf(portfolio.state, listed)).toEqual({
    tickSize: '0.01',
    lotSize: '0.00001',
    minNotional: '5',
  });
  expect(listings(portfolio.state, [listed], 2)).toEqual([]);
  portfolio.journal(listings(portfolio.state, [{ ...listed, lotSize: '0.1' }], 3));
  expect(rulesOf(portfolio.state, listed).lotSize).toBe('0.1');
});

test('a person hears of an instrument that was closed while it is held', () => {
  const closed = { ...listed, status: 'delisted' } as const;
  const empty = aPortfolio();
  expect(listings(empty.state, [closed], 1).map(({ type }) => type)).toEqual([
    'instrument_changed',
  ]);
  const holding = aPortfolio();
  const orderId = holding.intend();
  holding.fill(orderId, '1');
  expect(listings(holding.state, [closed], 1)).toMatchObject([
    { type: 'instrument_changed', data: { status: 'delisted' } },
    { type: 'incident_reported', data: { kind: 'INSTRUMENT_CLOSED' } },
  ]);
});

test('what is not listed any more is counted by its last rules', () => {
  const portfolio = aPortfolio();
  portfolio.journal(listings(portfolio.state, [listed], 1));
  const gone = { venue: listed.venue, symbol: listed.symbol, lotSize: '1' } as const;
  portfolio.journal(listings(portfolio.state, [{ ...gone, status: 'delisted' }], 2));
  expect(rulesOf(portfolio.state, listed).lotSize).toBe(listed.lotSize);
});
