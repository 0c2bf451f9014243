import { exactly, toTime } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anEntry, priced, traded } from '../testing/decisions.ts';
import {
  after,
  anOrder,
  hear,
  holdingWith,
  openedWith,
  settingsWith,
  stateChanged,
} from '../testing/portfolios.ts';
import { decide } from './decide.ts';
import type { Draft } from './state/draft.ts';
import type { PortfolioState } from './state/portfolio.ts';
import { value } from './value.ts';
import { withdraw } from './exits/withdraw.ts';

const midnight = Date.UTC(2026, 0, 5);
const hour = 3_600_000;
const minute = 60_000;

/** What is said at that price and time, folded in. */
function say(state: PortfolioState, price: number, timeMs: number): readonly Draft[] {
  const drafts = value(state, priced(price, timeMs).prices, timeMs);
  after(state, ...drafts);
  return drafts;
}

/** 5 BTC/USDT bought at 100, of 1000, half a minute after midnight. */
function holdingFive(risk: object = {}, settings: object = {}): PortfolioState {
  return holdingWith({ risk, ...settings }, { order: { size: { kind: 'base', quantity: '5' } } });
}

describe('a portfolio is valued', () => {
  test('at the first price of each hour while something is held', () => {
    const state = holdingFive();
    expect(say(state, 110, midnight + minute)).toMatchObject([
      {
        type: 'portfolio_valued',
        timeMs: midnight + minute,
        data: {
          cash: '500',
          equity: '1050',
          exposure: '550',
          peakEquity: '1050',
          dayStartEquity: '1000',
          dayStart: toTime(midnight),
          positions: [{ side: 'long', quantity: '5', price: '110' }],
        },
      },
    ]);
    expect(say(state, 120, midnight + 59 * minute)).toEqual([]);
    expect(say(state, 90, midnight + hour)).toMatchObject([
      { data: { equity: '950', peakEquity: '1050', dayStartEquity: '1000' } },
    ]);
    expect(say(state, 90, midnight + hour)).toEqual([]);
  });

  test('where a trading day begins, also within an hour, and counts the day from there', () => {
    const state = holdingFive({}, { dayStart: '00:30' });
    say(state, 100, midnight + minute);
    expect(say(state, 110, midnight + 30 * minute)).toMatchObject([
      { data: { dayStartEquity: '1050', dayStart: toTime(midnight + 30 * minute) } },
    ]);
    expect(say(state, 120, midnight + 31 * minute)).toEqual([]);
  });

  test('anew where days are said to begin at another time, as another event than that of the hour', () => {
    const state = holdingFive();
    const [hourly] = say(state, 100, midnight + 13 * hour);
    if (state.opened)
      state.opened = { ...state.opened, settings: settingsWith({ dayStart: '12:00' }) };
    const [daily] = say(state, 90, midnight + 13 * hour + minute);
    expect(daily).toMatchObject({
      type: 'portfolio_valued',
      data: { dayStart: toTime(midnight + 12 * hour), dayStartEquity: '950' },
    });
    expect(daily?.id).not.toBe(hourly?.id);
  });

  test('short, where a higher price is worth less', () => {
    const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    expect(say(state, 110, midnight + minute)).toMatchObject([
      { data: { cash: '1100', equity: '990', exposure: '110', positions: [{ side: 'short' }] } },
    ]);
  });

  test('not while nothing is held, nor by whoever lags behind the fills', () => {
    expect(say(openedWith(), 100, midnight + hour)).toEqual([]);
    const state = holdingFive();
    expect(say(state, 100, state.lastFillMs)).toEqual([]);
    expect(say(state, 100, state.lastFillMs + 1)).toHaveLength(1);
  });

  test('without a price at what the fills know: the day begins with what there was before them', () => {
    const state = openedWith({}, { timeMs: midnight - hour });
    const lost = anOrder(state);
    hear(state, lost, { type: 'filled', quantity: '1', fee: '7' });
    expect(state.valuation).toMatchObject({ dayStartMs: midnight });
    expect(state.valuation.dayStartEquity.toFixed()).toBe('1000');
    const exit = anOrder(state, { side: 'sell', reduceOnly: true });
    hear(state, exit, { type: 'filled', quantity: '1', price: '150' });
    expect(state.valuation.peakEquity.toFixed()).toBe('1043');
  });
});

describe('a breaker', () => {
  test.for<[string, object, number]>([
    ['DAILY_LOSS', { maxDailyLossRatio: 0.05 }, 89.9],
    ['DRAWDOWN', { maxDrawdownRatio: 0.05 }, 89.9],
  ])('trips between signals: %s', ([reason, risk, price]) => {
    const state = holdingFive(risk);
    say(state, 100, midnight + minute);
    expect(say(state, 90, midnight + 2 * minute)).toEqual([]);
    expect(say(state, price, midnight + 3 * minute)).toMatchObject([
      {
        type: 'trading_state_changed',
        data: {
          from: 'ACTIVE',
          to: 'REDUCING',
          author: 'breaker',
          reason: expect.stringMatching(`^${reason}: .*949\\.5.*1000`),
        },
      },
      { type: 'incident_reported', data: { kind: 'BREAKER', severity: 'error' } },
    ]);
    expect(say(state, 50, midnight + 4 * minute)).toEqual([]);
  });

  test('trips at the very price, however many digits that takes', () => {
    const nearby = fc.integer({ min: -1_000, max: 1_000 }).map((steps) => 90 + steps * 1e-12);
    fc.assert(
      fc.property(fc.oneof(nearby, fc.double({ min: 80, max: 100, noNaN: true })), (price) => {
        const state = holdingFive({ maxDrawdownRatio: 0.05 });
        say(state, 100, midnight + minute);
        // 5 % below 1000, of which 500 are cash.
        const isBelow = exactly(price).times('5').plus('500').lt('950');
        expect(say(state, price, midnight + 2 * minute)).toHaveLength(isBelow ? 2 : 0);
      }),
    );
  });

  test('says so before the signal that meets it, and later entries meet the state', () => {
    const state = traded({ risk: { maxLosingStreak: 2 } }, '90', '90');
    const context = { nowMs: midnight + minute, mode: 'paper', prices: new Map() } as const;
    const drafts = decide(state, anEntry(), context);
    expect(drafts).toMatchObject([
      { type: 'trading_state_changed', data: { to: 'REDUCING', author: 'breaker' } },
      { type: 'incident_reported', data: { kind: 'BREAKER' } },
      { type: 'signal_skipped', data: { reason: 'LOSING_STREAK' } },
    ]);
    after(state, ...drafts);
    expect(decide(state, anEntry({ symbol: 'ETH/USDT' }), context)).toMatchObject([
      { data: { reason: 'REDUCING_ONLY', detail: 'LOSING_STREAK: 2 trades in a row have lost' } },
    ]);
  });

  test.for<[string, object]>([
    ['LOSING_STREAK', { maxLosingStreak: 1 }],
    ['DAILY_LOSS', { maxDailyLossRatio: 0.005 }],
    ['DRAWDOWN', { maxDrawdownRatio: 0.005 }],
    ['ORDER_RATE', { maxOrdersPerMinute: 1 }],
  ])('that a person has lifted counts anew: %s', ([reason, risk]) => {
    const state = traded({ risk }, '90');
    const context = { nowMs: midnight + 30_000, mode: 'paper', prices: new Map() } as const;
    const first = decide(state, anEntry(), context);
    expect(first.at(-1)).toMatchObject({ data: { reason } });
    after(state, ...first, stateChanged('ACTIVE', { from: 'REDUCING', timeMs: context.nowMs }));
    const second = anEntry({ symbol: 'ETH/USDT' });
    expect(decide(state, second, context)).toMatchObject([{ type: 'order_intended' }]);
  });

  test('that a person has lifted takes what is held at the next price as its measure', () => {
    const state = holdingFive({ maxDrawdownRatio: 0.05, maxDailyLossRatio: 0.05 });
    say(state, 100, midnight + minute);
    const [, tripped] = [say(state, 80, midnight + 2 * minute), state.tradingState.state];
    expect(tripped).toBe('REDUCING');
    after(state, stateChanged('ACTIVE', { from: 'REDUCING', timeMs: midnight + 3 * minute }));
    expect(say(state, 80, midnight + 4 * minute)).toMatchObject([
      {
        type: 'portfolio_valued',
        data: { equity: '900', peakEquity: '900', dayStartEquity: '900' },
      },
    ]);
    expect(say(state, 71.1, midnight + 5 * minute)).toEqual([]);
    expect(say(state, 70.9, midnight + 6 * minute)).toMatchObject([
      { data: { to: 'REDUCING' } },
      { data: { kind: 'BREAKER' } },
    ]);
  });

  test('and its valuations have ids of their own each time', () => {
    const state = holdingFive({ maxDrawdownRatio: 0.05 });
    const ids = [
      say(state, 100, midnight + minute),
      say(state, 80, midnight + 2 * minute),
      after(state, stateChanged('ACTIVE', { timeMs: midnight + 3 * minute })) && [],
      say(state, 80, midnight + 4 * minute),
      say(state, 70, midnight + 5 * minute),
    ].flatMap((drafts) => drafts.map(({ id }) => id));
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });
});

describe('open entries', () => {
  test('are taken back while trading is not active, each once; exits and protection stay', () => {
    const state = holdingFive();
    const entry = anOrder(state, { symbol: 'ETH/USDT' });
    anOrder(state, { side: 'sell', reduceOnly: true });
    anOrder(state, { side: 'sell', reduceOnly: true, role: 'stop_loss' });
    expect(withdraw(state, midnight)).toEqual([]);
    after(state, stateChanged('HALTED'));
    const drafts = withdraw(state, midnight);
    expect(drafts).toMatchObject([
      {
        type: 'order_cancel_intended',
        data: { orderId: entry.id, reason: 'HALTED', detail: 'told so' },
      },
    ]);
    after(state, ...drafts);
    expect(withdraw(state, midnight)).toEqual([]);
  });
});

test('a breaker takes open entries back with the same stroke', () => {
  const state = holdingFive({ maxDrawdownRatio: 0.1 });
  const entry = anOrder(state, { symbol: 'ETH/USDT' });
  expect(say(state, 70, midnight + minute)).toMatchObject([
    { type: 'portfolio_valued' },
    { type: 'trading_state_changed', data: { to: 'REDUCING' } },
    { type: 'incident_reported', data: { kind: 'BREAKER' } },
    { type: 'order_cancel_intended', data: { orderId: entry.id, reason: 'REDUCING_ONLY' } },
  ]);
  expect(withdraw(state, midnight + minute)).toEqual([]);
});
