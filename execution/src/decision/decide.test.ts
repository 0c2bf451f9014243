import { PortfolioSettings, toTime, type TradeSignal } from '@heliograph/contracts';
import { aCandle, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { createSimulation } from '../simulation.ts';
import { decide, open, orderIdFor } from './decide.ts';
import { emptyPortfolio, evolve, type PortfolioState } from './portfolio.ts';
import { outcomeUnknown } from './settle.ts';

const nowMs = Date.UTC(2026, 0, 5, 0, 1);

function settings(change: object = {}): PortfolioSettings {
  return PortfolioSettings.parse({
    cash: '1000',
    stake: { kind: 'quote', value: '100' },
    feeBps: '10',
    slippageBps: '0',
    lotSize: '0.001',
    risk: {},
    ...change,
  });
}

function opened(change: object = {}): PortfolioState {
  return evolve(
    emptyPortfolio('paper'),
    open(
      'paper',
      { mode: 'paper', settings: settings(change) },
      { tape: 'live', currency: 'USDT', timeMs: nowMs },
    ),
  );
}

/** A portfolio that holds BTC/USDT since a fill at 100. */
function holding(change: object = {}): PortfolioState {
  const state = opened(change);
  const simulation = createSimulation({
    portfolio: 'paper',
    tape: 'live',
    mode: 'paper',
    settings: settings(change),
    onEvent: (event) => {
      if (event.type !== 'portfolio_opened') evolve(state, event);
    },
  });
  simulation.onSignal(aSignal({ id: 'first', time: toTime(nowMs - 60_000) }));
  simulation.onCandle(aCandle());
  return state;
}

function reasonFor(state: PortfolioState, signal: TradeSignal, at = nowMs): string {
  const [decision] = decide(state, signal, { nowMs: at, mode: 'paper' });
  if (decision?.type === 'signal_skipped') return decision.data.reason;
  return decision?.type ?? 'nothing';
}

describe('a signal becomes an order', () => {
  test('sized by the stake, with the client order id that follows from it', () => {
    const signal = aSignal({ data: { reasons: ['crossed up'] } });
    const [decision, ...more] = decide(opened(), signal, { nowMs, mode: 'paper' });
    expect(more).toEqual([]);
    expect(decision).toMatchObject({
      type: 'order_intended',
      timeMs: nowMs,
      causationId: signal.id,
      correlationId: signal.correlationid,
      data: {
        orderId: orderIdFor('paper', signal),
        size: { kind: 'quote', notional: '100', includesFee: false },
        reduceOnly: false,
        expiryTime: signal.expirytime,
        reasons: ['crossed up'],
      },
    });
    expect(orderIdFor('paper', signal)).toMatch(/^[a-z0-9]{1,32}$/);
    expect(orderIdFor('other', signal)).not.toBe(orderIdFor('paper', signal));
  });

  test('of all free cash, fee included, when the stake is all', () => {
    const [decision] = decide(opened({ stake: { kind: 'all' } }), aSignal(), {
      nowMs,
      mode: 'paper',
    });
    expect(decision?.data).toMatchObject({
      size: { kind: 'quote', notional: '1000', includesFee: true },
    });
  });

  test('that sells the whole position and can only reduce it', () => {
    const [decision] = decide(holding(), anExitSignal(), { nowMs, mode: 'paper' });
    expect(decision?.data).toMatchObject({
      size: { kind: 'base', quantity: '1' },
      reduceOnly: true,
    });
  });
});

describe('a signal is decided', () => {
  test('once: the second time nothing happens', () => {
    const state = opened();
    const signal = aSignal();
    for (const event of decide(state, signal, { nowMs, mode: 'paper' })) evolve(state, event);
    expect(decide(state, signal, { nowMs: nowMs + 1, mode: 'paper' })).toEqual([]);
  });

  test('the same way by everybody, ids included', () => {
    const signal = aSignal();
    const decisions = [opened(), opened()].map((state) =>
      decide(state, signal, { nowMs, mode: 'paper' }),
    );
    expect(decisions[0]).toEqual(decisions[1]);
  });
});

describe('a signal is skipped', () => {
  const limitEntry = { type: 'limit', limitPrice: '99' } as const;

  test.for<[string, string, TradeSignal]>([
    ['for another mode', 'MODE_MISMATCH', aSignal({ data: { mode: 'live' } })],
    [
      'to go short',
      'SHORT_NOT_ALLOWED',
      aSignal({ data: { side: 'sell', targetPosition: 'short' } }),
    ],
    ['with another intent', 'UNSUPPORTED_INTENT', aSignal({ data: { intent: 'increase' } })],
    ['with a limit price', 'UNSUPPORTED_ORDER', aSignal({ data: { entry: limitEntry } })],
    ['with a time stop', 'UNSUPPORTED_PROTECTION', aSignal({ data: { timeStopMs: 60_000 } })],
    ['to leave what is not held', 'NO_POSITION', anExitSignal()],
  ])('%s', ([, reason, signal]) => {
    expect(reasonFor(opened(), signal)).toBe(reason);
  });

  test('from its expiry on, and not a millisecond before', () => {
    const signal = aSignal({ expirytime: toTime(nowMs + 1_000) });
    expect(reasonFor(opened(), signal, nowMs + 999)).toBe('order_intended');
    expect(reasonFor(opened(), signal, nowMs + 1_000)).toBe('EXPIRED');
  });

  test('for another currency than that of the first order', () => {
    const inBitcoin = aSignal({ data: { symbol: 'ETH/BTC' } });
    expect(reasonFor(opened(), inBitcoin)).toBe('order_intended');
    expect(reasonFor(holding(), inBitcoin)).toBe('UNKNOWN_SYMBOL');
  });

  test('not because one that was made before it was decided late', () => {
    const state = opened();
    const first = aSignal({ id: 'first', expirytime: toTime(nowMs + 60_000) });
    const second = aSignal({ id: 'second', time: toTime(nowMs + 1_000) });
    const lateMs = nowMs + 30_000;
    for (const event of decide(state, first, { nowMs: lateMs, mode: 'paper' }))
      evolve(state, event);
    expect(reasonFor(state, second, lateMs)).toBe('ORDER_PENDING');
  });

  test('when a newer one of its strategy and symbol was decided', () => {
    const state = holding();
    const older = aSignal({
      id: 'older',
      time: toTime(nowMs - 61_000),
      expirytime: toTime(nowMs * 2),
    });
    expect(reasonFor(state, older)).toBe('SUPERSEDED');
    const otherStrategy = aSignal({ ...older, id: 'other', data: { strategy: 'other' } });
    expect(reasonFor(state, otherStrategy)).toBe('DUPLICATE');
  });

  test('while an order of its symbol is open, or unknown', () => {
    const state = opened();
    const [intended] = decide(state, aSignal(), { nowMs, mode: 'paper' });
    if (intended?.type !== 'order_intended') throw new Error('expected an order');
    evolve(state, intended);
    const next = aSignal({ id: 'next', time: toTime(nowMs) });
    expect(reasonFor(state, next)).toBe('ORDER_PENDING');
    const order = state.orders.get(intended.data.orderId);
    if (!order) throw new Error('expected the order');
    evolve(state, outcomeUnknown(state, order, { timeMs: nowMs, detail: 'timed out' }));
    expect(reasonFor(state, next)).toBe('UNKNOWN_ORDER');
  });

  test('when what it wants is held', () => {
    expect(reasonFor(holding(), aSignal())).toBe('DUPLICATE');
  });

  test('above the maximum number of positions, pending entries counted', () => {
    const other = aSignal({ data: { symbol: 'ETH/USDT' } });
    expect(reasonFor(holding({ risk: { maxPositions: 2 } }), other)).toBe('order_intended');
    expect(reasonFor(holding({ risk: { maxPositions: 1 } }), other)).toBe('MAX_POSITIONS');
    const pending = opened({ risk: { maxPositions: 1 } });
    for (const event of decide(pending, aSignal(), { nowMs, mode: 'paper' }))
      evolve(pending, event);
    expect(reasonFor(pending, other)).toBe('MAX_POSITIONS');
  });

  test('when the free cash does not pay notional and fee', () => {
    expect(reasonFor(opened({ cash: '100.1' }), aSignal())).toBe('order_intended');
    expect(reasonFor(opened({ cash: '100.09' }), aSignal())).toBe('INSUFFICIENT_FUNDS');
  });

  test('when the stake buys less than one lot', () => {
    expect(reasonFor(opened({ lotSize: '1' }), aSignal())).toBe('order_intended');
    expect(reasonFor(opened({ lotSize: '1.001' }), aSignal())).toBe('BELOW_MINIMUM');
  });
});
