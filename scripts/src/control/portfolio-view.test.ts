import {
  Decimal,
  deterministicId,
  NonNegativeDecimal,
  OrderId,
  PositiveDecimal,
  type JournalEvent,
} from '@heliograph/contracts';
import { aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { emptyView, instrumentOf, viewAfter, type PortfolioView } from './portfolio-view.ts';

const { venue, symbol } = aSignal().data;
const key = instrumentOf({ venue, symbol });

function viewOf(...events: JournalEvent[]): PortfolioView {
  return events.reduce(viewAfter, emptyView);
}

function position(side: 'long' | 'short' | 'flat', quantity: string, idea: string) {
  return aJournalEvent(
    'position_changed',
    {
      venue,
      symbol,
      side,
      quantity: NonNegativeDecimal.parse(quantity),
      averageEntryPrice: NonNegativeDecimal.parse('100'),
      realisedPnl: Decimal.parse('0'),
      cash: Decimal.parse('0'),
      orderId: OrderId.parse('o'),
    },
    { correlationid: deterministicId(idea) },
  );
}

describe('the view of a portfolio', () => {
  test('keeps the idea that opened a position while it grows and shrinks', () => {
    const view = viewOf(position('long', '1', 'first'), position('long', '2', 'second'));
    expect(view.positions.get(key)).toMatchObject({
      side: 'long',
      quantity: '2',
      correlationId: deterministicId('first'),
    });
  });

  test('takes a position that turns about for another one, and forgets one that is closed', () => {
    const turned = viewOf(position('long', '1', 'first'), position('short', '1', 'second'));
    expect(turned.positions.get(key)).toMatchObject({
      side: 'short',
      correlationId: deterministicId('second'),
    });
    expect(viewAfter(turned, position('flat', '0', 'second')).positions.size).toBe(0);
  });

  test('knows the last price, value, state and author', () => {
    const valued = aJournalEvent('portfolio_valued', {
      cash: Decimal.parse('1'),
      equity: Decimal.parse('103'),
      exposure: NonNegativeDecimal.parse('102'),
      peakEquity: Decimal.parse('103'),
      dayStartEquity: Decimal.parse('103'),
      dayStart: '2026-01-05T00:00:00Z',
      positions: [
        {
          venue,
          symbol,
          side: 'long',
          quantity: PositiveDecimal.parse('1'),
          price: PositiveDecimal.parse('102'),
        },
      ],
    });
    const halted = aJournalEvent(
      'trading_state_changed',
      { from: 'ACTIVE', to: 'HALTED', reason: 'DRAWDOWN', author: 'breaker', revision: 3 },
      { recordedtime: '2026-01-05T09:00:00Z', source: 'execution/two' },
    );
    const view = viewOf(position('long', '1', 'first'), valued, halted);
    expect(view.prices.get(key)).toBe('102');
    expect(view.valued).toMatchObject({ equity: '103' });
    expect(view.tradingState).toMatchObject({ to: 'HALTED', time: '2026-01-05T09:00:00Z' });
    expect(view.last).toEqual({ source: 'execution/two', recordedtime: '2026-01-05T09:00:00Z' });
  });

  test('keeps the latest incidents of however many', () => {
    const incidents = Array.from({ length: 150 }, (_, at) =>
      aJournalEvent('incident_reported', {
        kind: 'OUTAGE',
        severity: 'warning',
        detail: String(at),
      }),
    );
    const view = viewOf(...incidents);
    expect(view.incidents).toHaveLength(100);
    expect(view.incidents.at(-1)?.detail).toBe('149');
  });
});
