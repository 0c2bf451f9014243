import { aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { nowMs, openedWith } from '../../testing/portfolios.ts';
import { decide } from '../decide.ts';

test.each([
  [undefined, 'no price above 0 is left'],
  ['0.5', 'no price above 0 is left after the tick of 0.5'],
])('a price of nothing is refused in words that make sense with a tick of %s', (tickSize, said) => {
  const portfolio = openedWith({ shorting: true, ...(tickSize && { tickSize }) });
  const entry = { type: 'market', maxSlippageBps: 10_000 } as const;
  const signal = aSignal({ data: { side: 'sell', targetPosition: 'short', entry } });
  expect(decide(portfolio, signal, { nowMs, mode: 'paper', prices: new Map() })).toMatchObject([
    { data: { reason: 'INVALID_PRICE', detail: said } },
  ]);
});
