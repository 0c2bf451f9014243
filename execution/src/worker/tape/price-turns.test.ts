import { aCandle } from '@heliograph/contracts/testing';
import { mostAppended } from '@heliograph/contracts/bus';
import { expect, test } from 'vitest';
import { held } from '../../decision/state/order-events.ts';
import { after, anOrder, hear, nowMs, openedWith } from '../../testing/portfolios.ts';
import { createHeldOrders } from './held-orders.ts';
import { createPriceBoard } from './price-board.ts';
import { createPriceTurns } from './price-turns.ts';
import { createTapePlace } from './tape-place.ts';

test('a price that reaches more stops than the journal takes at once triggers all of them', async () => {
  const state = openedWith({ leverage: 100 });
  const quantity = String(mostAppended + 1);
  const entry = anOrder(state, { size: { kind: 'base', quantity } });
  hear(state, entry, { type: 'filled', quantity });
  for (let part = 0; part <= mostAppended; part++) {
    const stop = anOrder(state, {
      signalId: entry.signalId,
      intent: 'exit',
      role: 'stop_loss',
      side: 'sell',
      orderType: 'stop',
      stopPrice: '95',
      reduceOnly: true,
    });
    after(state, held(state, stop));
  }
  const written: number[] = [];
  let carriedOut = 0;
  const { onPrice } = createPriceTurns({
    isLive: true,
    journal: { state, catchUp: async () => undefined },
    place: createTapePlace({ isLive: true, isPaper: false, nowMs: () => nowMs }),
    paper: undefined,
    board: createPriceBoard(state),
    heldOrders: createHeldOrders(),
    dispatcher: { carryOut: async () => carriedOut++ === 0 },
    settler: {
      async write(events) {
        expect(events.length).toBeLessThanOrEqual(mostAppended);
        if (events.some(({ type }) => type === 'order_triggered')) written.push(events.length);
        after(state, ...events);
        return true;
      },
      settleOrders: async () => undefined,
    },
    mirror: async () => undefined,
  });
  const openTime = nowMs - 1_000;
  const candle = aCandle({ openTime, closeTime: nowMs, open: 94, high: 94, low: 94, close: 94 });
  await onPrice({ type: 'candle', candle }, 1);
  expect(written).toEqual([mostAppended, 1]);
  expect(carriedOut).toBe(1);
});
