import { SymbolName, TransientError } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { decide } from '../decision/decide.ts';
import { anOrder, hear, holdingWith, nowMs } from '../testing/portfolios.ts';
import { asFarAsHeard } from './as-far-as-heard.ts';

const error = new TransientError('VENUE_NO_ANSWER', 'no answer about the stop');

/** A position whose stop is at the venue, which says nothing of it any more. */
function aSilentStop() {
  const portfolio = holdingWith({ cash: '100000' });
  const stop = anOrder(portfolio, {
    role: 'stop_loss',
    orderType: 'stop',
    stopPrice: '90',
    side: 'sell',
    intent: 'exit',
    reduceOnly: true,
  });
  hear(portfolio, stop, { type: 'accepted' });
  const silent = new Map([[stop.id, { order: stop, sinceMs: nowMs, error }]]);
  const decided = (change: Parameters<typeof aSignal>[0], laterMs: number) => {
    const signal = aSignal(change);
    const prices = new Map();
    const decision = decide(portfolio, signal, { nowMs, mode: 'paper', prices });
    const heard = { portfolio, signal, silent, steadyMs: nowMs + laterMs };
    return { decision, made: () => asFarAsHeard(decision, heard) };
  };
  return { stop, decided };
}

test('an entry waits ten seconds for a word about an order of its instrument, then it is skipped', () => {
  const { stop, decided } = aSilentStop();
  expect(decided({ data: { intent: 'increase' } }, 9_999).made).toThrow(error);
  const { decision, made } = decided({ data: { intent: 'increase' } }, 10_000);
  expect(decision).toMatchObject([{ type: 'order_intended' }]);
  const detail = `the venue says nothing of order ${stop.id}`;
  expect(made()).toMatchObject([
    { type: 'signal_skipped', data: { reason: 'UNKNOWN_ORDER', detail } },
  ]);
});

test('an exit waits for nothing, and neither does another instrument', () => {
  const { decided } = aSilentStop();
  const exit = decided({ data: { intent: 'exit', side: 'sell', targetPosition: 'flat' } }, 0);
  expect(exit.decision).toMatchObject([{ type: 'order_intended' }]);
  expect(exit.made()).toBe(exit.decision);
  const other = decided({ data: { symbol: SymbolName.parse('ETH/USDT') } }, 0);
  expect(other.decision).toMatchObject([{ type: 'order_intended' }]);
  expect(other.made()).toBe(other.decision);
});
