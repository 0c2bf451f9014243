import type { ReasonCode, TradeSignal } from '@heliograph/contracts';
import { aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { decide, type DecisionContext } from '../decision/decide.ts';
import { draftOf, type Draft } from '../decision/state/draft.ts';
import type { PortfolioState, Prices } from '../decision/state/portfolio.ts';
import { after, anOrder, bitcoin, hear, nowMs, openedWith } from './portfolios.ts';

/** A situation in which a signal is decided: by default a market entry in a portfolio that holds nothing. */
export interface Situation {
  readonly state?: PortfolioState;
  readonly signal?: TradeSignal;
  readonly context?: Partial<DecisionContext>;
}

/** A rule from both sides: what it refuses, and the nearest that it lets pass. */
export interface BothSides {
  readonly reason: ReasonCode;
  /** The signal that is refused. */
  readonly what: string;
  readonly refused: Situation;
  readonly passed: Situation;
}

export function testBothSides(rows: readonly BothSides[]): void {
  test.for(rows.map((row) => [row.what, row.reason, row] as const))(
    'a signal %s is skipped as %s, and its neighbour is not',
    ([, reason, { refused, passed }]) => {
      expect(outcomeOf(refused)).toBe(reason);
      expect(outcomeOf(passed)).toBe('order_intended');
    },
  );
}

/** The reason why it is skipped, or the types of the events that come of it. */
export function outcomeOf({
  state = openedWith(),
  signal = aSignal(),
  context,
}: Situation): string {
  const drafts = decided(state, signal, context);
  const skipped = drafts.find((draft) => draft.type === 'signal_skipped');
  return skipped ? skipped.data.reason : typesOf(drafts).join(' ');
}

const context: DecisionContext = { nowMs, mode: 'paper', prices: new Map() };

/** What comes of a signal: on paper, now, and without prices, where nothing else is said. */
export function decided(
  state: PortfolioState,
  signal: TradeSignal,
  change: Partial<DecisionContext> = {},
): Draft[] {
  return decide(state, signal, { ...context, ...change });
}

/** The order that comes of it. */
export function orderFor(...situation: Parameters<typeof decided>) {
  const drafts = decided(...situation);
  const intended = drafts.find((draft) => draft.type === 'order_intended');
  if (!intended) throw new Error(`expected an order, not ${JSON.stringify(drafts)}`);
  return intended.data;
}

/** Why nothing comes of it. */
export function skipFor(...situation: Parameters<typeof decided>) {
  const [decision] = decided(...situation);
  return decision?.type === 'signal_skipped' ? decision.data : decision;
}

export const typesOf = (drafts: readonly Draft[]): string[] => drafts.map(({ type }) => type);

export function anEntry(data: object = {}): TradeSignal {
  return aSignal({ data });
}

export function aShort(data: object = {}): TradeSignal {
  return anEntry({ side: 'sell', targetPosition: 'short', ...data });
}

export function aLimit(limitPrice: string, data: object = {}): TradeSignal {
  return anEntry({ entry: { type: 'limit', limitPrice }, ...data });
}

/** The last price of BTC/USDT. */
export function priced(price: number, timeMs = nowMs): { prices: Prices } {
  return { prices: new Map([['binance|BTC/USDT', { price, timeMs }]]) };
}

/** The portfolio with an open order. */
export function withOrder(order: Parameters<typeof anOrder>[1] = {}, state = openedWith()) {
  anOrder(state, order);
  return state;
}

/** The portfolio once the venue has told about BTC/USDT. */
export function withInstrument(
  status: 'trading' | 'halted',
  rules: object = {},
  state = openedWith(),
): PortfolioState {
  return after(state, draftOf(aJournalEvent('instrument_changed', { ...bitcoin, status, rules })));
}

/** A portfolio that has made trades of 1 BTC/USDT in at 100 and out at those prices. */
export function traded(settings: object, ...exitPrices: readonly string[]): PortfolioState {
  const state = openedWith(settings);
  for (const price of exitPrices) {
    hear(state, anOrder(state), { type: 'filled', quantity: '1' });
    const exit = anOrder(state, { side: 'sell', reduceOnly: true });
    hear(state, exit, { type: 'filled', quantity: '1', price });
  }
  return state;
}
