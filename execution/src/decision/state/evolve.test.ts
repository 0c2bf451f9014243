import { EventId, PositiveDecimal, toTime, type TradeSignal } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { aLimit, aShort } from '../../testing/decisions.ts';
import { after, anOrder, hear, holdingWith, nowMs, openedWith } from '../../testing/portfolios.ts';
import { decide } from '../decide.ts';
import { draft, type Draft } from './draft.ts';
import { mark } from '../mark.ts';
import { reservedCash, type PortfolioState } from './portfolio.ts';

const context = { nowMs, mode: 'paper', prices: new Map() } as const;

function skipped(signal: TradeSignal, id: string, { madeMs = nowMs, timeMs = nowMs } = {}): Draft {
  const { strategy, venue, symbol, intent, side } = signal.data;
  const facts = { strategy, venue, symbol, intent, side, signalTime: toTime(madeMs) };
  const signalId = EventId.parse(id);
  return draft(
    'signal_skipped',
    { portfolio: 'paper', key: id, timeMs, subject: symbol, correlationId: signalId },
    { ...facts, signalId, reason: 'DUPLICATE', detail: '' },
  );
}

function decided(state: PortfolioState, signal: TradeSignal): PortfolioState {
  return after(state, ...decide(state, signal, context));
}

describe('what is remembered of signals', () => {
  test('has an end, and tells up to when; what is dated ahead stays until its time', () => {
    const state = openedWith();
    const signal = aSignal();
    after(state, skipped(signal, 'ahead', { madeMs: nowMs + 3_600_000 }));
    for (let count = 0; count < 40_000; count++)
      after(state, skipped(signal, `signal-${count}`, { madeMs: nowMs - 40_000 + count }));
    expect(state.decided.size).toBeLessThanOrEqual(22_000);
    expect(state.decided.has(EventId.parse('ahead'))).toBe(true);
    expect(state.decided.has(EventId.parse('signal-39999'))).toBe(true);
    expect(state.decided.has(EventId.parse('signal-0'))).toBe(false);
    expect(state.forgottenMs).toBeGreaterThanOrEqual(nowMs - 40_000);
    expect(state.forgottenMs).toBeLessThan(nowMs);
  });
});

describe('what open entries hold back', () => {
  test.for<[string, object, TradeSignal, string]>([
    ['their notional and the fee', {}, aSignal(), '100.1'],
    [
      'at the slipped price of base units',
      { stake: { kind: 'base', value: '1' }, slippageBps: '100' },
      aSignal(),
      '101.101',
    ],
    ['at its limit, of a buy', { stake: { kind: 'base', value: '1' } }, aLimit('99'), '99.099'],
    [
      'at the price of now, of a sell whose limit lies below it',
      { stake: { kind: 'base', value: '1' }, shorting: true },
      aShort({ entry: { type: 'limit', limitPrice: '99' } }),
      '100.1',
    ],
  ])('is %s', ([, settings, signal, held]) => {
    expect(reservedCash(decided(openedWith(settings), signal)).toFixed()).toBe(held);
  });

  test('is what decide has counted, and is given back as they are filled and end', () => {
    const state = decided(openedWith({ stake: { kind: 'base', value: '2' } }), aSignal());
    const [order] = state.orders.values();
    if (!order) throw new Error('expected an order');
    hear(state, order, { type: 'filled', quantity: '1', fee: '0.1', complete: false });
    expect(reservedCash(state).toFixed()).toBe('100.1');
    hear(state, order, { type: 'cancelled' });
    expect(reservedCash(state).toFixed()).toBe('0');
  });
});

describe('a portfolio that is drawn up', () => {
  test('is worth its cash and its longs, less what its shorts must be bought back for', () => {
    const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    hear(state, anOrder(state, { symbol: 'ETH/USDT' }), { type: 'filled', quantity: '1' });
    expect(state.cash.toFixed()).toBe('1000');
    const [position] = state.positions.values();
    if (!position) throw new Error('expected a position');
    const { venue, symbol } = position;
    const closes = [{ venue, symbol, close: PositiveDecimal.parse('110') }];
    expect(mark(state, { tape: { id: 'live' }, candles: 1, closes }, nowMs)).toMatchObject([
      { data: { cash: '1000', equity: '990' } },
    ]);
  });
});
