import { expect, test } from 'vitest';
import { after, anOrder, hear, holdingWith, nowMs } from '../testing/portfolios.ts';
import type { Draft } from './state/draft.ts';
import { protect } from './exits/protection.ts';

function incidentsOf(events: readonly Draft[]) {
  return events.flatMap(({ type, data }) =>
    type === 'incident_reported' ? [{ kind: data.kind, detail: data.detail }] : [],
  );
}

/** One held, with a stop and a target at the venue, of which the stop is filled. */
function stoppedOut() {
  const protection = { stopLoss: { price: '95' }, takeProfits: [{ price: '110', ratio: 1 }] };
  const state = holdingWith({}, { order: { protection } }, { mode: 'live' });
  after(state, ...protect(state, nowMs));
  const [stop, target] = state.orders.values();
  if (!stop || !target) throw new Error('the position is protected by two orders');
  for (const order of [stop, target]) hear(state, order, { type: 'accepted' });
  return { state, target, events: hear(state, stop, { type: 'filled', quantity: '1' }) };
}

test('an exit that is filled as it should be is nothing for a person', () => {
  expect(incidentsOf(stoppedOut().events)).toEqual([]);
});

test('a stop and a target that are both filled are told: what the second has opened nobody wants', () => {
  const { state, target } = stoppedOut();
  const events = hear(state, target, { type: 'filled', quantity: '1', price: '110' });
  expect(incidentsOf(events)).toEqual([
    {
      kind: 'OVERFILL',
      detail:
        'the order was accepted, 1 were ordered, 1 are filled now; it was only to make a position smaller, and now 1 BTC/USDT are held short, which nothing protects: a person must close that',
    },
  ]);
});

test('by the rules of version 7 nobody heard of it', () => {
  const { state, target } = stoppedOut();
  state.decisionsVersion = 7;
  const events = hear(state, target, { type: 'filled', quantity: '1', price: '110' });
  expect(incidentsOf(events)).toEqual([]);
});

test('and so is each further part of it, and one that comes after its end', () => {
  const { state, target } = stoppedOut();
  const part = { type: 'filled', quantity: '0.25', complete: false } as const;
  expect(incidentsOf(hear(state, target, part))).toMatchObject([
    { kind: 'OVERFILL', detail: expect.stringContaining('now 0.25 BTC/USDT are held short') },
  ]);
  expect(incidentsOf(hear(state, target, part))).toMatchObject([
    { kind: 'OVERFILL', detail: expect.stringContaining('now 0.5 BTC/USDT are held short') },
  ]);
  hear(state, target, { type: 'cancelled' });
  expect(incidentsOf(hear(state, target, part))).toMatchObject([
    { kind: 'FILL_AFTER_END', detail: expect.stringContaining('now 0.75 BTC/USDT are held short') },
  ]);
});

test('an entry that turns a position around is wanted, and so is one that adds to it', () => {
  for (const side of ['buy', 'sell'] as const) {
    const state = holdingWith({ shorting: true });
    const order = anOrder(state, { side, size: { kind: 'base', quantity: '3' } });
    expect(incidentsOf(hear(state, order, { type: 'filled', quantity: '3' }))).toEqual([]);
  }
});

test('more than was ordered is told, with what there was', () => {
  const state = holdingWith();
  const order = anOrder(state);
  const events = hear(state, order, { type: 'filled', quantity: '1.5' });
  expect(incidentsOf(events)).toEqual([
    { kind: 'OVERFILL', detail: 'the order was intended, 1 were ordered, 1.5 are filled now' },
  ]);
});
