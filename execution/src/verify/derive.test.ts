import { aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { decide, type DecisionContext } from '../decision/decide.ts';
import type { PortfolioState } from '../decision/state/portfolio.ts';
import { anOrder, holdingWith, nowMs } from '../testing/portfolios.ts';
import { derivationsOf } from './derive.ts';
import { createPriceHistory } from './price-history.ts';

const reverse = aSignal({ data: { intent: 'reverse', side: 'sell', targetPosition: 'short' } });
const shorting = true;

/** A position of which one before it has lost. */
function afterLoss(): PortfolioState {
  const state = holdingWith({ shorting, risk: { maxLosingStreak: 1 } });
  state.losingStreak = 1;
  return state;
}

function withOwnEntry(): PortfolioState {
  const state = holdingWith({ shorting });
  anOrder(state, { intent: 'increase', orderType: 'limit', limitPrice: '90' });
  return state;
}

test.each<[string, PortfolioState, Partial<DecisionContext>]>([
  ['nothing may be short', holdingWith(), {}],
  ['a breaker trips', afterLoss(), {}],
  ['the state cannot be read', holdingWith({ shorting }), { isStateReadable: false }],
  [
    'the clocks are apart',
    holdingWith({ shorting, risk: { maxClockSkewMs: 2_000 } }),
    { clockOffsetMs: -3_500 },
  ],
  ['an entry of its own is open', withOwnEntry(), {}],
])('a reversal that only leaves is derived where %s', (_, state, change) => {
  const context = { nowMs, mode: 'paper', prices: new Map(), ...change } as const;
  const [first, ...more] = decide(state, reverse, context);
  expect([first, ...more].at(-1)).toMatchObject({
    type: 'order_intended',
    data: { reduceOnly: true },
  });
  if (!first) throw new Error('nothing was decided');
  const facts = {
    prices: createPriceHistory([]),
    signalOf: () => reverse,
    ended: undefined,
  };
  const derived = [...(derivationsOf(state, [first, ...more], facts) ?? [])];
  expect(derived).toContainEqual([first, ...more]);
});

test('by earlier rules a reversal that may not enter was skipped', () => {
  const state = { ...holdingWith(), decisionsVersion: 5 };
  expect(decide(state, reverse, { nowMs, mode: 'paper', prices: new Map() })).toMatchObject([
    { type: 'signal_skipped', data: { reason: 'SHORT_NOT_ALLOWED' } },
  ]);
});
