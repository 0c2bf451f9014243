import { createMemoryServer } from '@heliograph/contracts/bus';
import { aCandle, aCandleEvent } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { held } from '../../decision/state/order-events.ts';
import { aClock } from '../../testing/clocks.ts';
import { after, anOrder, openedWith } from '../../testing/portfolios.ts';
import { createPriceBoard } from './price-board.ts';

test('whoever opens a tape reads the last thousand messages again, and decides nothing before', async () => {
  const bus = createMemoryServer().connect();
  for (let at = 0; at < 1_200; at++) {
    const { id } = aCandleEvent({ at });
    await bus.publish({ subject: 'market.candle.binance.BTC-USDT.1m', id, body: '' });
  }
  const fresh = createPriceBoard({ ...openedWith(), marketSequence: 1_100 });
  await expect(fresh.start(bus)).resolves.toEqual({ after: 100, upTo: 1_200 });
  const trailing = openedWith();
  const order = { orderType: 'trailing_stop', trailingBps: 100, role: 'trailing_stop' };
  after(trailing, held(trailing, anOrder(trailing, { ...order, marketSequence: 1_050 })));
  const following = createPriceBoard({ ...trailing, marketSequence: 1_100 });
  await expect(following.start(bus)).resolves.toEqual({ after: 50, upTo: 1_200 });
  const { opened: _, ...unopened } = openedWith();
  await expect(createPriceBoard(unopened).start(bus)).resolves.toEqual({ after: 200, upTo: 1_200 });
});

test('where MARKET begins anew nothing at its places is known', async () => {
  const bus = createMemoryServer().connect();
  for (let at = 0; at < 50; at++) {
    const { id } = aCandleEvent({ at });
    await bus.publish({ subject: 'market.candle.binance.BTC-USDT.1m', id, body: '' });
  }
  const board = createPriceBoard({ ...openedWith(), marketSequence: 40 });
  await board.start(bus);
  board.add(aCandle({ at: 40 }), 40);
  expect([board.isKnown(40), board.isKnown(41), board.hasLost]).toEqual([true, false, false]);
  board.add(aCandle({ at: 41 }), 1);
  expect([board.isKnown(1), board.hasLost]).toEqual([false, true]);
});

test('a price that the journal has written down gives way to whatever is read again', () => {
  const state = openedWith();
  const key = 'binance|BTC/USDT';
  const written = { price: 90, timeMs: aCandle({ at: 5 }).closeTime + 79 };
  const board = createPriceBoard({
    ...state,
    valuation: { ...state.valuation, prices: new Map([[key, written]]) },
  });
  expect(board.prices.get(key)).toEqual(written);
  board.add(aCandle({ at: 4, open: 100, close: 100 }));
  board.add(aCandle({ at: 5, open: 101, close: 101 }));
  board.add(aCandle({ at: 3, open: 99, close: 99 }));
  expect(board.prices.get(key)?.price).toBe(101);
});

test.each([3_600_000, -3_600_000])(
  'a price is as old as it is since it was heard, whatever the wall clock does (%i)',
  (jumpMs) => {
    const clock = aClock();
    const board = createPriceBoard(openedWith(), clock);
    clock.pass(5_000);
    board.add(aCandle());
    clock.jump(jumpMs);
    clock.pass(1_000);
    const { prices, listeningMs } = board.heard();
    expect([...prices.values()].map(({ timeMs }) => clock.nowMs() - timeMs)).toEqual([1_000]);
    expect(clock.nowMs() - listeningMs).toBe(6_000);
  },
);
