import { Big, OrderId, TradeSignal } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { after, anOrder, bitcoin, hear, holdingWith, nowMs } from '../../testing/portfolios.ts';
import { derivationsOf } from '../../verify/derive.ts';
import { createPriceHistory } from '../../verify/price-history.ts';
import { decide, type DecisionContext } from '../decide.ts';
import type { Draft } from '../state/draft.ts';
import { missingOf } from './missing.ts';
import type { PortfolioState } from '../state/portfolio.ts';
import { reconcile } from './reconcile.ts';
import type { Statement } from './statement.ts';

const reasons = ['written off by ann: sold by hand'];
const manual = {
  mode: 'live',
  strategy: 'manual',
  intent: 'exit',
  side: 'sell',
  targetPosition: 'flat',
  writeOff: true,
  reasons,
} as const;
const byHand = aSignal({
  data: {
    ...manual,
    referencePrice: { price: '90', kind: 'mark', time: '2026-01-05T00:01:00.000Z' },
  },
});
const minuteMs = 60_000;

function statement(change: Partial<Statement> = {}): Statement {
  return { openOrders: [], balances: [], positions: undefined, timeMs: nowMs, ...change };
}

function bitcoins(total: string) {
  return [{ currency: 'BTC', free: total, total }];
}

/** One bitcoin that was bought at 100; a comparison, a minute ago, has found that the venue has so much of it. */
function missing(there = '0', change: object = {}): PortfolioState {
  const state = holdingWith(change, { fill: { fee: '0.1' } }, { mode: 'live' });
  const timeMs = nowMs - minuteMs / 2 + 10_000;
  return after(state, ...reconcile(state, statement({ balances: bitcoins(there), timeMs })).events);
}

function asked(state: PortfolioState, there = '0'): DecisionContext {
  const found = missingOf(state, bitcoin, statement({ balances: bitcoins(there) }));
  return { nowMs, mode: 'live', prices: new Map(), missing: found };
}

function types(events: readonly Draft[]): string[] {
  return events.map(({ type }) => type);
}

function refusal(state: PortfolioState, context: DecisionContext, signal = byHand) {
  const events = decide(state, signal, context);
  expect(types(events)).toEqual(['signal_skipped']);
  return events[0]?.type === 'signal_skipped' && events[0].data;
}

describe('a write-off', () => {
  test('takes out of the books what the venue does not have, and counts what that has lost', () => {
    const state = missing();
    const cash = state.cash;
    const events = decide(state, byHand, asked(state));
    expect(types(events)).toEqual([
      'order_intended',
      'order_filled',
      'position_changed',
      'trade_closed',
    ]);
    expect(events).toMatchObject([
      { data: { writeOff: true, reduceOnly: true, size: { quantity: '1' }, reasons } },
      { data: { fillId: 'write-off', quantity: '1', price: '90', fee: '0', complete: true } },
      { data: { side: 'flat', realisedPnl: '-10.1' } },
      { data: { exitReason: 'write_off', exitPrice: '90', pnl: '-10.1', fees: '0.1' } },
    ]);
    after(state, ...events);
    expect(state.positions.size).toBe(0);
    expect(state.orders.size).toBe(0);
    expect(state.cash.eq(cash.plus('90'))).toBe(true);
    expect(state.losingStreak).toBe(1);
    expect(decide(state, byHand, asked(state)), 'the same once more').toEqual([]);
  });

  test('takes no more than is missing', () => {
    const state = missing('0.75');
    after(state, ...decide(state, byHand, asked(state, '0.75')));
    const [position] = state.positions.values();
    expect(position?.quantity.toFixed()).toBe('0.75');
  });

  test('gives what is left another try, whatever was refused before', () => {
    const state = missing('0.5');
    const [position] = state.positions.values();
    if (!position) throw new Error('nothing is held');
    const leg = { orders: 3, filled: new Big('0'), failures: 3, isGivenUp: true };
    state.legs.set(position.entrySignalId, new Map([['stop_loss', leg]]));
    after(state, ...decide(state, byHand, asked(state, '0.5')));
    expect(state.legs.get(position.entrySignalId)?.get('stop_loss')?.failures).toBe(0);
  });

  test('is for what is missing on a margin account as well', () => {
    const state = holdingWith({}, {}, { mode: 'live' });
    const lacks = (positions: Statement['positions']) => {
      const found = missingOf(state, bitcoin, statement({ positions }));
      return 'quantity' in found ? found.quantity.toFixed() : found.unclear;
    };
    expect(lacks([])).toBe('1');
    expect(lacks([{ ...bitcoin, side: 'long', quantity: '0.4' }])).toBe('0.6');
    expect(lacks([{ ...bitcoin, side: 'short', quantity: '1' }])).toBe('1');
    expect(lacks([{ ...bitcoin, side: 'long', quantity: '1.5' }])).toBe('0');
  });

  test('takes what is there, too, where it is less than the venue takes in an order', () => {
    const rules = { lotSize: '0.00001', minNotional: '5' };
    const left = (quantity: string, price = '90') => {
      const instruments = { instruments: { 'BTC/USDT': rules } };
      const state = holdingWith(instruments, { fill: { quantity } }, { mode: 'live' });
      const { data } = byHand;
      const referencePrice = { ...data.referencePrice, price };
      const signal = { ...byHand, data: { ...data, referencePrice } };
      return { state, signal: TradeSignal.parse(signal), context: asked(state, quantity) };
    };
    const { state, signal, context } = left('0.04');
    const [first, ...more] = decide(state, signal, context);
    if (!first) throw new Error('nothing was decided');
    expect([first, ...more]).toMatchObject([
      { data: { writeOff: true, size: { quantity: '0.04' } } },
      { data: { fillId: 'write-off', quantity: '0.04' } },
      { data: { side: 'flat' } },
      { data: { exitReason: 'write_off' } },
    ]);
    const facts = { prices: createPriceHistory([]), signalOf: () => signal, ended: undefined };
    const derived = [...(derivationsOf(state, [first, ...more], facts) ?? [])];
    expect(derived).toContainEqual([first, ...more]);
    for (const [quantity, price] of [['0.06'], ['0.04', '150'], ['0.06', '0.01']] as const) {
      const enough = left(quantity, price);
      expect(refusal(enough.state, enough.context, enough.signal)).toMatchObject({
        reason: 'UNSUPPORTED_INTENT',
        detail: expect.stringMatching(/the venue has/),
      });
    }
  });

  test('is refused where the venue has everything', () => {
    const state = missing();
    expect(refusal(state, asked(state, '1'))).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
      detail: 'the venue has the 1 BTC/USDT that are held here',
    });
  });

  test('is refused on paper, and to a strategy', () => {
    const paper = holdingWith();
    const onPaper = aSignal({ data: { ...manual, mode: 'paper' } });
    expect(refusal(paper, { ...asked(paper), mode: 'paper' }, onPaper)).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
      detail: 'an account on paper has all that is held: nothing of it can be missing',
    });
    const state = missing();
    const ofStrategy = aSignal({ data: { ...manual, strategy: 'sma-cross' } });
    expect(refusal(state, asked(state), ofStrategy)).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
      detail: 'only a person may say that something is gone',
    });
  });

  test('waits until a comparison has told of it, and it has stayed', () => {
    const untold = holdingWith({}, {}, { mode: 'live' });
    const once = { reason: 'UNRECONCILED', detail: expect.stringMatching(/is too recent/) };
    expect(refusal(untold, asked(untold))).toMatchObject(once);
    const state = missing();
    const found = { ...asked(state), nowMs: nowMs - 19_000 };
    expect(refusal(state, found), 'a second after').toMatchObject(once);
  });

  test('is not put off by what else is found on an account that others use, only by another balance', () => {
    const state = missing('0.5');
    const timeMs = nowMs - 1_000;
    const foreign = { ...listedAs(OrderId.parse('ofsomebodyelse')), reduceOnly: false };
    const told = (there: string): void => {
      const openOrders = [foreign];
      const now = statement({ balances: bitcoins(there), openOrders, timeMs });
      after(state, ...reconcile(state, now).events);
    };
    told('0.5');
    expect(state.reconciled?.timeMs).toBe(timeMs);
    expect(types(decide(state, byHand, asked(state, '0.5')))).toContain('order_filled');
    told('0.4');
    expect(refusal(state, asked(state, '0.4'))).toMatchObject({ reason: 'UNRECONCILED' });
  });

  test('is not decided while something moves, or nobody has asked', () => {
    const state = missing();
    const { missing: _, ...never } = asked(state);
    expect(refusal(state, never)).toMatchObject({ reason: 'UNRECONCILED' });
    const moved = missingOf(
      state,
      bitcoin,
      statement({ balances: [], timeMs: nowMs - 30_000 + 1_000 }),
    );
    expect(refusal(state, { ...asked(state), missing: moved })).toMatchObject({
      reason: 'UNRECONCILED',
      detail: expect.stringMatching(/just moved/),
    });
  });

  test('is not decided beside an order that may be what is missing', () => {
    const state = missing();
    const stop = anOrder(state, { role: 'stop_loss', orderType: 'stop', stopPrice: '80' });
    hear(state, stop, { type: 'accepted' });
    const unlisted = missingOf(state, bitcoin, statement());
    expect(unlisted).toEqual({ unclear: expect.stringContaining(stop.id) });
    const working = listedAs(stop.id);
    expect(missingOf(state, bitcoin, statement({ openOrders: [working] }))).toMatchObject({
      quantity: new Big('1'),
    });
    const exit = anOrder(state, { side: 'sell', intent: 'exit', reduceOnly: true });
    expect(refusal(state, asked(state))).toMatchObject({
      reason: 'ORDER_PENDING',
      detail: expect.stringContaining(exit.id),
    });
  });

  test('is derived again from what the journal says, skipped or not', () => {
    const state = missing();
    const facts = {
      prices: createPriceHistory([]),
      signalOf: () => byHand,
      ended: undefined,
    };
    for (const context of [
      asked(state),
      asked(state, '1'),
      { ...asked(state), missing: { unclear: 'something of it has just moved' } },
    ]) {
      const [first, ...more] = decide(state, byHand, context);
      if (!first) throw new Error('nothing was decided');
      const derived = [...(derivationsOf(state, [first, ...more], facts) ?? [])];
      expect(derived).toContainEqual([first, ...more]);
    }
  });
});

function listedAs(clientOrderId: OrderId) {
  return {
    ...bitcoin,
    clientOrderId,
    venueOrderId: '1',
    side: 'sell',
    type: 'stop',
    quantity: '1',
    filledQuantity: '0',
    reduceOnly: true,
    timeMs: 0,
  } as const;
}
