import { aCandle } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { after, anOrder, hear, nowMs, openedWith } from '../testing/portfolios.ts';
import { held } from './state/order-events.ts';
import { instrumentKey } from '../instrument-key.ts';
import type { PortfolioState } from './state/portfolio.ts';
import { protect } from './exits/protection.ts';
import { unpriced as unpricedAt } from './unpriced.ts';

const key = instrumentKey(aCandle());
const minuteMs = 60_000;

/** One bought, and its stop and target, which execution holds itself. */
function protectedHere(): PortfolioState {
  const state = openedWith();
  const protection = { stopLoss: { price: '90' }, takeProfits: [{ price: '110', ratio: 1 }] };
  hear(state, anOrder(state, { protection }), { type: 'filled', quantity: '1' });
  after(state, ...protect(state, nowMs));
  for (const order of state.orders.values()) after(state, held(state, order));
  return state;
}

/** As somebody says it who has always listened. */
function unpriced(state: PortfolioState, prices: ReturnType<typeof board>, atMs: number) {
  return unpricedAt(state, prices, { nowMs: atMs, listeningMs: 0 });
}

function board(timeMs: number, lengthMs?: number) {
  return {
    prices: new Map([[key, { price: 100, timeMs }]]),
    lengths: new Map(lengthMs === undefined ? [] : [[key, lengthMs]]),
  };
}

describe('protective orders that execution holds itself', () => {
  test.each([
    ['a minute', undefined, minuteMs],
    ['a minute where candles are short', 10_000, minuteMs],
    ['three candles', 5 * minuteMs, 15 * minuteMs],
  ])('a person hears when no price has come for %s', (_what, lengthMs, patienceMs) => {
    const state = protectedHere();
    expect(unpriced(state, board(nowMs, lengthMs), nowMs + patienceMs - 1)).toEqual([]);
    const told = unpriced(state, board(nowMs, lengthMs), nowMs + patienceMs);
    expect(told).toMatchObject([
      {
        type: 'incident_reported',
        data: {
          kind: 'UNPROTECTED',
          severity: 'error',
          symbol: 'BTC/USDT',
          pricedUntil: '2026-01-05T00:01:00.000Z',
          detail:
            'no price of BTC/USDT since 2026-01-05T00:01:00.000Z: 2 protective orders that execution holds cannot be triggered until prices come',
        },
      },
    ]);
  });

  test('hears it once and every hour, and again when prices have come in between', () => {
    const state = protectedHere();
    const timeMs = nowMs + minuteMs;
    after(state, ...unpriced(state, board(nowMs), timeMs));
    expect(unpriced(state, board(nowMs), timeMs + 1)).toEqual([]);
    expect(unpriced(state, board(nowMs), timeMs + 3_599_999)).toEqual([]);
    expect(unpriced(state, board(nowMs), timeMs + 3_600_000)).toHaveLength(1);
    const again = board(timeMs + minuteMs);
    expect(unpriced(state, again, timeMs + 2 * minuteMs - 1)).toEqual([]);
    expect(unpriced(state, again, timeMs + 2 * minuteMs)).toHaveLength(1);
  });

  test('none has ever come: it counts from the order on', () => {
    const nothing = { prices: new Map(), lengths: new Map() };
    const state = protectedHere();
    expect(unpriced(state, nothing, nowMs + minuteMs - 1)).toEqual([]);
    expect(unpriced(state, nothing, nowMs + minuteMs)).toHaveLength(1);
  });

  test('whoever has just begun to listen waits as long as anybody', () => {
    const listeningMs = nowMs + 10 * minuteMs;
    const state = protectedHere();
    const at = (lateMs: number) =>
      unpricedAt(state, board(nowMs), { nowMs: listeningMs + lateMs, listeningMs });
    expect(at(minuteMs - 1)).toEqual([]);
    expect(at(minuteMs)).toHaveLength(1);
  });

  test('nothing is said where nothing waits here for a price', () => {
    const late = nowMs + 24 * 60 * minuteMs;
    expect(unpriced(openedWith(), board(nowMs), late)).toEqual([]);
    const atVenue = openedWith();
    const protection = { stopLoss: { price: '90' } };
    hear(atVenue, anOrder(atVenue, { protection }), { type: 'filled', quantity: '1' });
    after(atVenue, ...protect(atVenue, nowMs));
    for (const order of atVenue.orders.values()) hear(atVenue, order, { type: 'accepted' });
    expect(unpriced(atVenue, board(nowMs), late)).toEqual([]);
  });
});
