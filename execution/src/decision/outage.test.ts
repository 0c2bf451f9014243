import { deterministicId } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { aPortfolio, binance, btc } from '../testing/a-portfolio.ts';
import { draft } from './state/draft.ts';
import { outage } from './outage.ts';

function withLateSignals(count: number) {
  const portfolio = aPortfolio();
  for (let index = 0; index < count; index++)
    portfolio.journal([
      draft(
        'signal_skipped',
        {
          portfolio: 'paper',
          key: `${index}`,
          timeMs: 1_000 + index,
          subject: btc,
          correlationId: deterministicId(`${index}`),
        },
        {
          signalId: deterministicId(`${index}`),
          strategy: 'sma-cross',
          venue: binance,
          symbol: btc,
          intent: 'enter',
          side: 'buy',
          reason: 'EXPIRED',
          detail: '',
        },
      ),
    ]);
  return portfolio;
}

test('one event tells of the whole backlog once it is worked off', () => {
  const portfolio = withLateSignals(40);
  expect(outage(portfolio.state, 2_000), 'more may come').toEqual([]);
  const events = outage(portfolio.state, 10_000);
  expect(events).toMatchObject([
    {
      type: 'incident_reported',
      data: { kind: 'OUTAGE', detail: expect.stringContaining('expired and skipped: 40') },
    },
  ]);
  portfolio.journal(events);
  expect(outage(portfolio.state, 20_000)).toEqual([]);
});

test('nothing is said where nothing came late', () => {
  expect(outage(aPortfolio().state, 1e12)).toEqual([]);
});
