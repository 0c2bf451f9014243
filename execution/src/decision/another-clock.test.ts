import { SymbolName, toTime } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { aPortfolio, binance } from '../testing/a-portfolio.ts';
import { decided, outcomeOf, priced } from '../testing/decisions.ts';
import { after, anOrder, holdingWith, nowMs, openedWith } from '../testing/portfolios.ts';
import { outage } from './outage.ts';
import type { PortfolioState } from './state/portfolio.ts';
import { protect } from './exits/protection.ts';
import { reconcile } from './venue/reconcile.ts';
import { value } from './value.ts';
import { unreachable } from './venue/venue-trouble.ts';

const hourMs = 3_600_000;
/** What was decided before the clock was set back by an hour to now. */
const aheadMs = nowMs + hourMs;

function ruledBy(state: PortfolioState, decisionsVersion: number): PortfolioState {
  return { ...state, decisionsVersion };
}

function signalAt(timeMs: number, change: Parameters<typeof aSignal>[0] = {}) {
  const time = toTime(timeMs);
  return aSignal({ time, recordedtime: time, expirytime: toTime(timeMs + 60_000), ...change });
}

const leaving = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;

/** A stop that the venue has refused twice, the last time when that was. */
function refusedAt(timeMs: number): PortfolioState {
  const portfolio = aPortfolio();
  const protection = { stopLoss: { price: aSignal().data.referencePrice.price } };
  const orderId = portfolio.intend({ protection, atMs: timeMs });
  const fill = { fillId: '1', quantity: '1', price: '200', fee: '0', liquidity: 'taker' } as const;
  portfolio.report({ type: 'filled', orderId, timeMs, ...fill, complete: true });
  for (let times = 0; times < 2; times++) {
    portfolio.journal(protect(portfolio.state, timeMs));
    for (const stop of portfolio.state.orders.keys())
      portfolio.report({
        type: 'rejected',
        orderId: stop,
        timeMs,
        reason: 'VENUE_REJECTED',
        detail: '',
      });
  }
  return portfolio.state;
}

describe.each([
  [7, true],
  [6, false],
])('a wall clock that was set back by an hour, by the rules of version %i', (version, goesOn) => {
  test('holds no stop up that is to be placed again', () => {
    const state = ruledBy(refusedAt(aheadMs), version);
    expect(protect(state, aheadMs), 'the venue is left alone for a second').toEqual([]);
    expect(protect(state, nowMs).some(({ type }) => type === 'order_intended')).toBe(goesOn);
    expect(protect(state, aheadMs + 1_000).length).toBeGreaterThan(0);
  });

  test('makes no exit one that comes too late', () => {
    const state = ruledBy(openedWith(), version);
    after(state, ...decided(state, signalAt(aheadMs, { id: 'ahead' }), { nowMs: aheadMs }));
    const signal = signalAt(nowMs, { data: leaving });
    expect(outcomeOf({ state, signal }) !== 'SUPERSEDED').toBe(goesOn);
  });

  test('makes no haste of what was decided before', () => {
    const state = ruledBy(openedWith({ risk: { maxOrdersPerMinute: 1 } }), version);
    anOrder(state, { symbol: 'ETH/USDT', strategy: 'other', timeMs: aheadMs });
    expect(outcomeOf({ state, signal: signalAt(nowMs) }) === 'order_intended').toBe(goesOn);
  });

  test('keeps no breaker from judging', () => {
    const state = ruledBy(holdingWith({}, { fill: { timeMs: aheadMs } }), version);
    const drafts = value(state, priced(90).prices, nowMs);
    expect(drafts.length > 0).toBe(goesOn);
  });

  test('keeps no outage from being told', () => {
    const state = ruledBy(openedWith(), version);
    const late = signalAt(aheadMs, { expirytime: toTime(aheadMs + 1) });
    after(state, ...decided(state, late, { nowMs: aheadMs + 1 }));
    expect(outage(state, nowMs).length > 0).toBe(goesOn);
  });
});

test('signals of one strategy are in turn again once one was decided by the clock as it is', () => {
  const state = openedWith();
  after(state, ...decided(state, signalAt(aheadMs, { id: 'ahead' }), { nowMs: aheadMs }));
  after(state, ...decided(state, signalAt(nowMs, { id: 'now' })));
  const older = signalAt(nowMs - 1_000, { id: 'older', data: leaving });
  expect(outcomeOf({ state, signal: older })).toBe('SUPERSEDED');
});

test('clocks that differ by less than a minute are waited for', () => {
  const state = refusedAt(nowMs + 30_000);
  expect(protect(state, nowMs)).toEqual([]);
});

test('whoever lags behind on a replay values nothing, however far', () => {
  const fill = { timeMs: aheadMs };
  const state = holdingWith({}, { fill }, { tape: 'recorded' });
  expect(value(state, priced(90).prices, nowMs)).toEqual([]);
});

test('what differs at the venue is told, and that it is away, whatever clock they were dated by', () => {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend({ atMs: aheadMs });
  portfolio.report({
    type: 'filled',
    orderId,
    timeMs: aheadMs,
    fillId: '1',
    quantity: '1',
    price: '100',
    fee: '0',
    liquidity: 'taker',
    complete: true,
  });
  const statement = { openOrders: [], balances: [], positions: undefined, timeMs: nowMs };
  const { events } = reconcile(portfolio.state, statement);
  expect(events).toMatchObject([
    {
      data: {
        differences: [{ kind: 'balance', venue: binance, symbol: SymbolName.parse('BTC/USDT') }],
      },
    },
  ]);
  portfolio.journal(unreachable(portfolio.state, 'away', aheadMs));
  expect(unreachable(portfolio.state, 'away', aheadMs + 1_000)).toEqual([]);
  expect(unreachable(portfolio.state, 'away', nowMs)).toHaveLength(1);
});
