import { Big, Decimal, deterministicId, NonNegativeDecimal } from '@heliograph/contracts';
import { createMemoryBus } from '@heliograph/contracts/bus';
import { aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import type { KeptState } from './trading-state.ts';
import { portfolioStatus } from './portfolio-status.ts';
import { readView, type HeldPosition, type ReadView } from './portfolio-view.ts';

const { venue, symbol } = aSignal().data;

function held(side: 'long' | 'short'): HeldPosition {
  return {
    venue,
    symbol,
    side,
    quantity: NonNegativeDecimal.parse('2'),
    averageEntryPrice: NonNegativeDecimal.parse('100'),
    realisedPnl: Decimal.parse('0'),
    correlationId: deterministicId('idea'),
  };
}

async function aView(cash: string, change: Partial<ReadView['view']> = {}): Promise<ReadView> {
  await using bus = createMemoryBus();
  const read = await readView(bus, { name: 'paper-x', tape: 'x', status: 'open' });
  const portfolio = { ...read.portfolio, cash: new Big(cash) };
  return { ...read, portfolio, view: { ...read.view, ...change } };
}

function entry(state: KeptState['state'], revision: number): KeptState {
  return { state, reason: 'r', author: 'a', time: '2026-01-04T00:00:00Z', revision };
}

const nowMs = Date.UTC(2026, 0, 5);

test.for([
  { what: 'cash alone', cash: '700', held: undefined, equity: '700', from: 'cash' },
  { what: 'a long at cost', cash: '700', held: 'long', equity: '900', from: 'cost' },
  { what: 'a short at cost', cash: '1200', held: 'short', equity: '1000', from: 'cost' },
] as const)(
  'equity is $what where nothing was valued',
  async ({ cash, held: side, equity, from }) => {
    const positions = new Map(side === undefined ? [] : [['one', held(side)]]);
    const view = await aView(cash, { positions });
    const status = portfolioStatus(view, { kept: new Map(), nowMs });
    expect(status).toMatchObject({ equity, equityFrom: from, equityTime: null });
  },
);

test('equity is that of the last valuation while something is held', async () => {
  const valued = { time: '2026-01-05T00:00:00Z', equity: '930' };
  const view = await aView('700', { positions: new Map([['one', held('long')]]), valued });
  const status = portfolioStatus(view, { kept: new Map(), nowMs });
  expect(status).toMatchObject({ equity: '930', equityFrom: 'valued', equityTime: valued.time });
  const sold = portfolioStatus(await aView('935', { valued }), { kept: new Map(), nowMs });
  expect(sold).toMatchObject({ equity: '935', equityFrom: 'cash' });
});

test('of the states that are kept for a portfolio and for its base the later one counts', async () => {
  const early = 1;
  const late = 2;
  const wanted = async (base: KeptState, own: KeptState) => {
    const kept = new Map([
      ['paper', base],
      ['paper-x', own],
      ['other', entry('REDUCING', 3)],
    ]);
    return portfolioStatus(await aView('1'), { kept, nowMs }).tradingState.wanted?.state;
  };
  expect(await wanted(entry('HALTED', late), entry('ACTIVE', early))).toBe('HALTED');
  expect(await wanted(entry('HALTED', early), entry('ACTIVE', late))).toBeUndefined();
});
