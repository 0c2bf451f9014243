import { createMemoryServer } from '@heliograph/contracts/bus';
import { aCandleEvent } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { openedWith } from '../testing/portfolios.ts';
import { createPriceBoard } from './price-board.ts';

test('whoever opens a tape reads the last thousand messages again, and decides nothing before', async () => {
  const bus = createMemoryServer().connect();
  for (let at = 0; at < 1_200; at++) {
    const { id } = aCandleEvent({ at });
    await bus.publish({ subject: 'market.candle.binance.BTC-USDT.1m', id, body: '' });
  }
  const fresh = createPriceBoard({ ...openedWith(), marketSequence: 1_100 });
  await expect(fresh.start(bus)).resolves.toEqual({ after: 100, upTo: 1_200 });
  const { opened: _, ...unopened } = openedWith();
  await expect(createPriceBoard(unopened).start(bus)).resolves.toEqual({ after: 200, upTo: 1_200 });
});
