import { createMemoryBus } from '@heliograph/contracts/bus';
import { aCandleEvent } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { followTape } from './follow-tape.ts';

test('whoever waits for a place on a tape is told when it is no longer followed', async () => {
  const bus = createMemoryBus();
  const follower = await followTape(bus, { tape: 't', kind: 'candle', after: 0 });
  const event = aCandleEvent({}, { tape: 't' });
  const subject = 'market.candle.binance.BTC-USDT.1m';
  const { sequence } = await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  const early = follower.reached(sequence);
  await new Promise(setImmediate);
  const late = follower.stop().then(() => follower.reached(sequence));
  await expect(early).rejects.toMatchObject({ code: 'DESK_CLOSED' });
  await expect(late).rejects.toMatchObject({ code: 'DESK_CLOSED' });
});
