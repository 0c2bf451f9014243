import { Big, deterministicId, toTime, type TradeSignal } from '@heliograph/contracts';
import { aJournalEvent, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import {
  after,
  anOrder,
  hear,
  holdingWith,
  nowMs,
  openedWith,
  stateChanged,
} from '../testing/portfolios.ts';
import { priced } from '../testing/decisions.ts';
import { decide, orderIdFor, type DecisionContext } from './decide.ts';
import { draftOf, type Draft } from './draft.ts';
import { cancelled, outcomeUnknown, triggered } from './order-events.ts';
import type { PortfolioState } from './portfolio.ts';

const context: DecisionContext = { nowMs, mode: 'paper', prices: new Map() };

function orderFor(
  state: PortfolioState,
  signal: TradeSignal,
  change: Partial<DecisionContext> = {},
) {
  const decisions = decide(state, signal, { ...context, ...change });
  const intended = decisions.find((draft) => draft.type === 'order_intended');
  if (!intended) throw new Error(`expected an order, not ${JSON.stringify(decisions)}`);
  return intended.data;
}

function skipFor(
  state: PortfolioState,
  signal: TradeSignal,
  change: Partial<DecisionContext> = {},
) {
  const [decision] = decide(state, signal, { ...context, ...change });
  return decision?.type === 'signal_skipped' ? decision.data : decision;
}

const types = (drafts: readonly Draft[]): string[] => drafts.map(({ type }) => type);
const reduce = (size?: object): TradeSignal =>
  anEntry({ intent: 'reduce', side: 'sell', targetPosition: 'long', ...(size && { size }) });
const anEntry = (data: object = {}): TradeSignal => aSignal({ data });
const aShort = { side: 'sell', targetPosition: 'short' } as const;

describe('a signal becomes an order', () => {
  test('sized by the stake, with the client order id that follows from it', () => {
    const signal = aSignal({ data: { reasons: ['crossed up'] } });
    const [decision, ...more] = decide(openedWith(), signal, context);
    expect(more).toEqual([]);
    expect(decision).toMatchObject({
      type: 'order_intended',
      id: deterministicId('paper', 'order_intended', signal.id),
      timeMs: nowMs,
      causationId: signal.id,
      correlationId: signal.correlationid,
      data: {
        orderId: orderIdFor('paper', signal),
        orderType: 'market',
        size: { kind: 'quote', notional: '100', includesFee: false },
        reduceOnly: false,
        expiryTime: signal.expirytime,
        reasons: ['crossed up'],
      },
    });
    expect(orderIdFor('paper', signal)).toMatch(/^[a-z0-9]{1,32}$/);
    expect(orderIdFor('other', signal)).not.toBe(orderIdFor('paper', signal));
  });

  test('that says what the market was when it was decided', () => {
    expect(orderFor(openedWith(), aSignal(), { marketSequence: 7 })).toMatchObject({
      marketSequence: 7,
    });
    expect(orderFor(openedWith(), aSignal())).not.toHaveProperty('marketSequence');
  });

  test('the same way by everybody, ids included', () => {
    const decisions = [openedWith(), openedWith()].map((state) =>
      decide(state, aSignal(), context),
    );
    expect(decisions[0]).toEqual(decisions[1]);
  });
});

const ruledBy = (rules: object) => holdingWith({ instruments: { 'BTC/USDT': rules } });
const sold = (state: PortfolioState, value: string) =>
  orderFor(state, reduce({ kind: 'base', value }), priced(200)).size;

describe('a reduction of an instrument with minimums', () => {
  test.for([
    ['worth', { minNotional: '20' }],
    ['as large', { minQuantity: '0.1' }],
  ] as const)('leaves all where the rest would not be %s enough for an order', ([, rules]) => {
    expect(sold(ruledBy(rules), '0.9')).toEqual({ kind: 'base', quantity: '0.9' });
    expect(sold(ruledBy(rules), '0.9001')).toEqual({ kind: 'base', quantity: '0.9' });
    expect(sold(ruledBy(rules), '0.901')).toEqual({ kind: 'base', quantity: '1' });
    const before = { ...ruledBy(rules), decisionsVersion: 6 };
    expect(sold(before, '0.901'), 'by the rules until then').toMatchObject({ quantity: '0.901' });
  });
});

describe('a signal is decided', () => {
  test('once: the second time nothing happens', () => {
    const state = openedWith();
    after(state, ...decide(state, aSignal(), context));
    expect(decide(state, aSignal(), { ...context, nowMs: nowMs + 1 })).toEqual([]);
  });

  test('again, under another order id, when its order never reached the venue', () => {
    const state = openedWith();
    const signal = aSignal();
    after(state, ...decide(state, signal, context));
    const [order] = state.orders.values();
    if (!order) throw new Error('expected an order');
    after(state, cancelled(state, order, { timeMs: nowMs, reason: 'NOT_SENT', detail: '' }));
    const second = orderFor(state, signal);
    expect(second).toMatchObject({ attempt: 2, orderId: orderIdFor('paper', signal, 2) });
    expect(second.orderId).not.toBe(order.id);
    const [again] = decide(state, signal, context);
    expect(again?.id).not.toBe(deterministicId('paper', 'order_intended', signal.id));
    const later = decide(state, signal, { ...context, nowMs: nowMs + 60_000 });
    expect(later).toMatchObject([{ type: 'signal_skipped', data: { reason: 'EXPIRED' } }]);
    after(state, ...later);
    expect(decide(state, signal, context)).toEqual([]);
  });

  test('not at all when it may have been decided and forgotten', () => {
    const state = openedWith();
    state.forgottenMs = nowMs;
    expect(skipFor(state, aSignal())).toMatchObject({ reason: 'DUPLICATE' });
    expect(skipFor(state, aSignal(), { nowMs: nowMs + 60_000 })).toMatchObject({
      reason: 'EXPIRED',
    });
    state.forgottenMs = nowMs - 1;
    expect(types(decide(state, aSignal(), context))).toEqual(['order_intended']);
  });

  test('late without silencing one that was made meanwhile', () => {
    const state = openedWith();
    const first = aSignal({ id: 'first', expirytime: toTime(nowMs + 60_000) });
    const second = aSignal({ id: 'second', time: toTime(nowMs + 1_000) });
    const late = { ...context, nowMs: nowMs + 30_000 };
    after(state, ...decide(state, first, late));
    expect(skipFor(state, second, late)).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  test('ahead of its time without silencing what comes before it', () => {
    const state = openedWith({ risk: { maxClockSkewMs: 1_000 } });
    const ahead = aSignal({ id: 'ahead', time: toTime(nowMs + 3_600_000) });
    after(state, ...decide(state, ahead, context));
    const next = aSignal({ time: toTime(nowMs + 60_000) });
    expect(types(decide(state, next, { ...context, nowMs: nowMs + 60_000 }))).toEqual([
      'order_intended',
    ]);
  });
});

/** An exit has been accepted, and the venue did not list it as open. */
function withMissedExit(orderId?: string): PortfolioState {
  const state = holdingWith();
  const { id } = anOrder(state, { role: 'exit', side: 'sell', reduceOnly: true });
  hear(state, { id }, { type: 'accepted' });
  const difference = { orderId: orderId ?? id, found: 'not listed', kind: 'order' } as const;
  const found = { checked: 1, differences: [difference] };
  return after(state, draftOf(aJournalEvent('reconciliation_reported', found)));
}

describe('a cancel of a person', () => {
  const byHand = aSignal({
    data: { intent: 'cancel', strategy: 'manual', targetPosition: 'flat' },
  });
  test('takes an exit back that the venue did not list', () => {
    expect(types(decide(withMissedExit(), byHand, context))).toEqual(['order_cancel_intended']);
  });

  test('takes back no other, nor does a strategy, nor did anybody by earlier rules', () => {
    expect(skipFor(withMissedExit('another'), byHand)).toMatchObject({ reason: 'NO_ORDER' });
    const byStrategy = aSignal({ data: { intent: 'cancel', targetPosition: 'flat' } });
    expect(skipFor(withMissedExit(), byStrategy)).toMatchObject({ reason: 'NO_ORDER' });
    const before = { ...withMissedExit(), decisionsVersion: 6 };
    expect(skipFor(before, byHand)).toMatchObject({ reason: 'NO_ORDER' });
  });
});

describe('an exit', () => {
  test('leaves with the whole position and can only reduce it', () => {
    expect(orderFor(holdingWith(), anExitSignal())).toMatchObject({
      side: 'sell',
      orderType: 'market',
      size: { kind: 'base', quantity: '1' },
      reduceOnly: true,
    });
  });

  test('of a short position buys it back', () => {
    const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    const exit = anExitSignal({ data: { side: 'buy' } });
    expect(orderFor(state, exit)).toMatchObject({ side: 'buy', size: { quantity: '1' } });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'NO_POSITION' });
  });

  test('leaves with dust as it is', () => {
    const state = holdingWith(
      { lotSize: '1', instruments: { 'BTC/USDT': { minQuantity: '5', minNotional: '1000' } } },
      { order: { size: { kind: 'base', quantity: '0.0007' } } },
    );
    expect(orderFor(state, anExitSignal())).toMatchObject({ size: { quantity: '0.0007' } });
  });

  test('leaves only with what no stop is selling already', () => {
    const state = holdingWith({}, { order: { size: { kind: 'base', quantity: '2' } } });
    const reached = (quantity: string): void => {
      const order = anOrder(state, {
        side: 'sell',
        intent: 'exit',
        role: 'stop_loss',
        orderType: 'stop',
        stopPrice: '95',
        size: { kind: 'base', quantity },
        reduceOnly: true,
      });
      hear(state, order, { type: 'accepted' });
      after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
    };
    reached('0.5');
    expect(orderFor(state, anExitSignal())).toMatchObject({ size: { quantity: '1.5' } });
    reached('1.5');
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  test('takes several orders where one may not have all of it', () => {
    const state = holdingWith(
      { instruments: { 'BTC/USDT': { maxQuantity: '0.8', lotSize: '0.001' } } },
      { order: { size: { kind: 'base', quantity: '2' } } },
    );
    const orders = decide(state, anExitSignal(), context);
    expect(orders).toMatchObject([
      { type: 'order_intended', data: { size: { quantity: '0.667' }, reduceOnly: true } },
      { type: 'order_intended', data: { size: { quantity: '0.667' } } },
      { type: 'order_intended', data: { size: { quantity: '0.666' } } },
    ]);
    expect(new Set(orders.map(({ id }) => id)).size).toBe(3);
    after(state, ...orders);
    const [one, lost, other] = [...state.orders.values()].filter(({ role }) => role === 'exit');
    if (!one || !lost || !other) throw new Error('there are not three exits');
    expect(decide(state, anExitSignal(), context)).toEqual([]);
    const why = { timeMs: nowMs, reason: 'NOT_SENT', detail: '' } as const;
    after(state, cancelled(state, lost, why));
    hear(state, one, { type: 'filled', quantity: '0.667' });
    expect(orderFor(state, anExitSignal()), 'only what was lost is tried again').toMatchObject({
      size: { quantity: lost.size.kind === 'base' ? lost.size.quantity : '' },
      attempt: 2,
    });
  });

  test('of which parts are lost one after the other has an order of its own each time', () => {
    const state = holdingWith({ instruments: { 'BTC/USDT': { maxQuantity: '0.5' } } });
    const first = decide(state, anExitSignal(), context);
    after(state, ...first);
    const [one, other] = [...state.orders.values()].filter(({ role }) => role === 'exit');
    if (!one || !other) throw new Error('there are not two exits');
    const why = { timeMs: nowMs, reason: 'NOT_SENT', detail: '' } as const;
    after(state, cancelled(state, one, why));
    const second = decide(state, anExitSignal(), context);
    after(state, ...second);
    after(state, cancelled(state, other, why));
    const third = decide(state, anExitSignal(), context);
    const ids = [...first, ...second, ...third].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(third).toMatchObject([{ data: { attempt: 3, size: { quantity: '0.5' } } }]);
  });

  test('before there is a position takes the entry back', () => {
    const state = openedWith();
    const order = anOrder(state);
    const exit = anExitSignal();
    const decisions = decide(state, exit, context);
    expect(decisions).toMatchObject([
      {
        type: 'order_cancel_intended',
        causationId: exit.id,
        data: { orderId: order.id, reason: 'CANCEL_REQUESTED', signalId: exit.id },
      },
    ]);
    after(state, ...decisions);
    expect(decide(state, exit, context)).toEqual([]);
    const another = anExitSignal({ id: 'another' });
    expect(skipFor(state, another)).toMatchObject({ reason: 'ORDER_PENDING' });
  });

  test('of what is filled in part leaves and takes the rest back', () => {
    const state = openedWith();
    const order = anOrder(state);
    hear(state, order, { type: 'filled', quantity: '0.4', complete: false });
    const decisions = decide(state, anExitSignal(), context);
    expect(decisions).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: order.id } },
      { type: 'order_intended', data: { size: { quantity: '0.4' }, reduceOnly: true } },
    ]);
  });

  test('does not take back what another strategy wants, but a person does', () => {
    const state = openedWith();
    anOrder(state, { strategy: 'other' });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
    expect(types(decide(state, anExitSignal({ data: { strategy: 'manual' } }), context))).toEqual([
      'order_cancel_intended',
    ]);
  });

  test('waits for another exit, not for protection and not for an entry of unknown fate', () => {
    const state = holdingWith();
    const stop = { role: 'stop_loss', orderType: 'stop', stopPrice: '95' };
    anOrder(state, { ...stop, side: 'sell', reduceOnly: true });
    const entry = anOrder(state, { strategy: 'other' });
    after(state, outcomeUnknown(state, entry, { timeMs: nowMs, detail: 'timed out' }));
    expect(types(decide(state, anExitSignal(), context))).toEqual(['order_intended']);
    const exit = anOrder(state, { side: 'sell', reduceOnly: true });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
    after(state, outcomeUnknown(state, exit, { timeMs: nowMs, detail: 'timed out' }));
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'UNKNOWN_ORDER' });
  });
});

describe('a reduction', () => {
  test.for<[string, object, string]>([
    ['base units', { kind: 'base', value: '0.25' }, '0.25'],
    ['base units, by the lot', { kind: 'base', value: '0.2599' }, '0.259'],
    ['quote currency at the last price', { kind: 'quote', value: '50' }, '0.25'],
    ['a part of equity', { kind: 'equityRatio', value: 0.1 }, '0.55'],
    ['more than there is: all of it', { kind: 'base', value: '7' }, '1'],
  ])('by %s', ([, size, quantity]) => {
    const prices = new Map([['binance|BTC/USDT', { price: 200, timeMs: nowMs }]]);
    expect(orderFor(holdingWith(), reduce(size), { prices })).toMatchObject({
      size: { kind: 'base', quantity },
      reduceOnly: true,
    });
  });

  test('needs to know by how much, and of what', () => {
    expect(skipFor(holdingWith(), reduce())).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
    });
    expect(skipFor(holdingWith(), reduce({ kind: 'base', value: '0.0009' }))).toMatchObject({
      reason: 'BELOW_MINIMUM',
    });
    expect(skipFor(openedWith(), reduce({ kind: 'base', value: '1' }))).toMatchObject({
      reason: 'NO_POSITION',
    });
  });
});

describe('an increase', () => {
  const increase = aSignal({ data: { intent: 'increase' } });

  test('enters once more, where there is something to add to', () => {
    expect(orderFor(holdingWith(), increase)).toMatchObject({
      intent: 'increase',
      size: { kind: 'quote', notional: '100' },
      reduceOnly: false,
    });
    expect(skipFor(openedWith(), increase)).toMatchObject({ reason: 'NO_POSITION' });
    const short = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    expect(skipFor(short, increase)).toMatchObject({ reason: 'NO_POSITION' });
  });
});

describe('a reversal', () => {
  test('under way leaves nothing for the exit of another strategy, and its own takes it back', () => {
    const state = holdingWith({ shorting: true });
    const size = { kind: 'base', quantity: '2' };
    anOrder(state, { intent: 'reverse', side: 'sell', strategy: 'other', size });
    expect(skipFor(state, anExitSignal())).toMatchObject({ reason: 'ORDER_PENDING' });
    const own = anExitSignal({ data: { strategy: 'other' } });
    expect(decide(state, own, context)).toMatchObject([
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

  const reverse = aSignal({ data: { intent: 'reverse', ...aShort } });

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
    const decisions = decide(
      holdingWith(settings),
      { ...reverse, data },
      { ...context, ...change },
    );
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
    expect(decide(state, reverse, context)).toMatchObject([...byHalf, ...byHalf]);
  });

  test('leaves late as any exit, and not when it is halted or too late', () => {
    const state = holdingWith({ shorting: true, exitGraceMs: 1_000 });
    const expiryMs = Date.parse(reverse.expirytime);
    expect(decide(state, reverse, { ...context, nowMs: expiryMs })).toMatchObject(byHalf);
    const late = { nowMs: expiryMs + 1_000 };
    expect(skipFor(state, reverse, late)).toMatchObject({ reason: 'EXPIRED', intent: 'reverse' });
    after(state, stateChanged('HALTED'));
    expect(skipFor(state, reverse)).toMatchObject({ reason: 'HALTED' });
  });

  test('that trips a breaker leaves all the same', () => {
    const state = holdingWith({ shorting: true, risk: { maxDailyLossRatio: 0.01 } });
    const prices = new Map([['binance|BTC/USDT', { price: 80, timeMs: nowMs }]]);
    expect(types(decide(state, reverse, { ...context, prices }))).toEqual([
      'trading_state_changed',
      'incident_reported',
      'order_intended',
    ]);
  });

  test('that meets an entry of its own takes it back and leaves', () => {
    const state = holdingWith({ shorting: true });
    const waiting = anOrder(state, { intent: 'increase', orderType: 'limit', limitPrice: '90' });
    expect(decide(state, reverse, context)).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: waiting.id, leave: true } },
      ...byHalf,
    ]);
  });

  test('that repeats one on its way waits for that one, by the rules of version 7', () => {
    const state = holdingWith({ shorting: true });
    const onItsWay = anOrder(state, { intent: 'reverse', side: 'sell' });
    expect(skipFor(state, reverse)).toMatchObject({ reason: 'ORDER_PENDING' });
    expect(decide({ ...state, decisionsVersion: 6 }, reverse, context)).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: onItsWay.id, leave: true } },
      ...byHalf,
    ]);
  });

  test('takes no entries back where its side is held already', () => {
    const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    anOrder(state, { side: 'sell', intent: 'increase', orderType: 'limit', limitPrice: '110' });
    expect(types(decide(state, reverse, context))).toEqual(['signal_skipped']);
  });

  test('is the only way to the other side', () => {
    expect(skipFor(holdingWith({ shorting: true }), anEntry(aShort))).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
    });
  });
});

describe('a cancel', () => {
  const cancel = aSignal({ data: { intent: 'cancel', side: 'buy', targetPosition: 'flat' } });

  test('takes back the open entries of its strategy, each once', () => {
    const state = openedWith();
    const mine = anOrder(state);
    anOrder(state, { strategy: 'other' });
    anOrder(state, { symbol: 'ETH/USDT' });
    const decisions = decide(state, cancel, context);
    expect(decisions).toMatchObject([
      { type: 'order_cancel_intended', data: { orderId: mine.id, signalId: cancel.id } },
    ]);
    after(state, ...decisions);
    expect(decide(state, cancel, context)).toEqual([]);
    expect(skipFor(state, aSignal({ ...cancel, id: 'another' }))).toMatchObject({
      reason: 'NO_ORDER',
    });
  });

  test('touches neither exits nor protection', () => {
    const state = holdingWith();
    anOrder(state, { side: 'sell', reduceOnly: true });
    anOrder(state, { side: 'sell', reduceOnly: true, role: 'stop_loss' });
    expect(skipFor(state, cancel)).toMatchObject({ reason: 'NO_ORDER' });
  });
});
