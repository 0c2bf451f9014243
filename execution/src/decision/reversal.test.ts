import { anExitSignal, aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { aShort, decided, orderFor, skipFor, typesOf } from '../testing/decisions.ts';
import {
  after,
  anOrder,
  holdingWith,
  nowMs,
  openedWith,
  stateChanged,
} from '../testing/portfolios.ts';
import { type DecisionContext } from './decide.ts';

describe('a reversal', () => {
  test('under way leaves nothing for the exit of another strategy, and its own takes it back', () => {
    const state = holdingWith({ shorting: true });
    const size = { kind: 'base', quantity: '2' };
    anOrder(state, { intent: 'reverse', side: 'sell', strategy: 'other', size });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
    const own = anExitSignal({ data: { strategy: 'other' } });
    expect(decided(state, own)).toMatchObject([
      { type: 'order_cancel_intended' },
      { type: 'order_intended', data: { size: { quantity: '1' }, reduceOnly: true } },
    ]);
  });

  test('waits for whatever leaves the position at once, but not for a stop that waits', () => {
    const state = holdingWith({ shorting: true });
    const reversal = aSignal({
      data: { intent: 'reverse', side: 'sell', targetPosition: 'short' },
    });
    const leaving = { intent: 'exit', role: 'time_stop', side: 'sell', reduceOnly: true };
    const stop = { ...leaving, role: 'stop_loss', orderType: 'stop', stopPrice: '95' };
    anOrder(state, stop);
    expect(orderFor(state, reversal)).toMatchObject({ side: 'sell' });
    anOrder(state, leaving);
    expect(skipFor(state, reversal)).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  const reverse = aSignal({ data: { intent: 'reverse', side: 'sell', targetPosition: 'short' } });

  test('is one order through flat', () => {
    const order = orderFor(holdingWith({ shorting: true }), reverse);
    expect(order).toMatchObject({
      side: 'sell',
      size: { kind: 'base', quantity: '2' },
      reduceOnly: false,
    });
  });

  test('enters where nothing is held, and is a duplicate where its target is', () => {
    expect(orderFor(openedWith({ shorting: true }), reverse)).toMatchObject({
      size: { kind: 'quote', notional: '100' },
    });
    const short = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    expect(skipFor(short, reverse)).toMatchObject({ reason: 'DUPLICATE' });
  });

  const byHalf = [{ type: 'order_intended', data: { intent: 'exit', reduceOnly: true } }];

  test.each<[string, object, Partial<DecisionContext>?]>([
    ['SHORT_NOT_ALLOWED', {}],
    ['MAX_EXPOSURE', { shorting: true, risk: { maxExposureRatio: 0.01 } }],
    ['ABOVE_MAXIMUM', { shorting: true, instruments: { 'BTC/USDT': { maxQuantity: '1.5' } } }],
    ['HALTED', { shorting: true }, { isStateReadable: false }],
  ])('that may not enter leaves what is held, and says why: %s', (reason, settings, change) => {
    const data = { ...reverse.data, reasons: ['crossed down'] };
    const decisions = decided(holdingWith(settings), { ...reverse, data }, change);
    expect(decisions).toMatchObject(byHalf);
    expect(decisions[0]?.data).toMatchObject({
      side: 'sell',
      size: { kind: 'base', quantity: '1' },
      reasons: ['crossed down', expect.stringMatching(`^no more than out: ${reason}, .`)],
    });
  });

  test('leaves while positions are only made smaller, in as many parts as it takes', () => {
    const instruments = { 'BTC/USDT': { maxQuantity: '0.5' } };
    const state = after(holdingWith({ shorting: true, instruments }), stateChanged('REDUCING'));
    expect(decided(state, reverse)).toMatchObject([...byHalf, ...byHalf]);
  });

  test('leaves late as any exit, and not when it is halted or too late', () => {
    const state = holdingWith({ shorting: true, exitGraceMs: 1_000 });
    const expiryMs = Date.parse(reverse.expirytime);
    expect(decided(state, reverse, { nowMs: expiryMs })).toMatchObject(byHalf);
    const late = { nowMs: expiryMs + 1_000 };
    expect(skipFor(state, reverse, late)).toMatchObject({ reason: 'EXPIRED', intent: 'reverse' });
    after(state, stateChanged('HALTED'));
    expect(skipFor(state, reverse)).toMatchObject({ reason: 'HALTED' });
  });

  test('that trips a breaker leaves all the same', () => {
    const state = holdingWith({ shorting: true, risk: { maxDailyLossRatio: 0.01 } });
    const prices = new Map([['binance|BTC/USDT', { price: 80, timeMs: nowMs }]]);
    expect(typesOf(decided(state, reverse, { prices }))).toEqual([
      'trading_state_changed',
      'incident_reported',
      'order_intended',
    ]);
  });

  test('that meets an entry of its own takes it back and leaves', () => {
    const state = holdingWith({ shorting: true });
    const waiting = anOrder(state, { intent: 'increase', orderType: 'limit', limitPrice: '90' });
    expect(decided(state, reverse)).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: waiting.id, leave: true } },
      ...byHalf,
    ]);
  });

  test('that repeats one on its way waits for that one, by the rules of version 7', () => {
    const state = holdingWith({ shorting: true });
    const onItsWay = anOrder(state, { intent: 'reverse', side: 'sell' });
    expect(skipFor(state, reverse)).toMatchObject({ reason: 'ORDER_PENDING' });
    expect(decided({ ...state, decisionsVersion: 6 }, reverse)).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: onItsWay.id, leave: true } },
      ...byHalf,
    ]);
  });

  test('takes no entries back where its side is held already', () => {
    const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    anOrder(state, { side: 'sell', intent: 'increase', orderType: 'limit', limitPrice: '110' });
    expect(typesOf(decided(state, reverse))).toEqual(['signal_skipped']);
  });

  test('is the only way to the other side', () => {
    expect(skipFor(holdingWith({ shorting: true }), aShort())).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
    });
  });
});
