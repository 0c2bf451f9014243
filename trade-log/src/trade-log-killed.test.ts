import { setTimeout as sleep } from 'node:timers/promises';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandleEvent, startTestNats } from '@heliograph/contracts/testing';
import { firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { openDatabase } from './store/database.ts';
import { createEventStore } from './store/event-store.ts';
import { loggedStreams } from './store/read-event.ts';
import { candleMessage } from './testing/history.ts';
import { killTradeLog } from './testing/kill-trade-log.ts';
import { makeTempFolder } from './testing/temp-database.ts';
import { startTradeLog, tradeLogMaxDeliver } from './trade-log.ts';

test('killed again and again while it writes, it has every event once in the end', async () => {
  const rounds = 2;
  const { killsWhileWriting } = await killTradeLog(rounds, async (round, wrote) => {
    // However long it took to start.
    await expect.poll(wrote, { timeout: 60_000 }).toBe(true);
    await sleep(100 * round);
  });
  expect(killsWhileWriting).toBe(rounds);
});

test('what six of them have taken and died with is written down by the seventh', async () => {
  using folder = makeTempFolder();
  using closing = new DisposableStack();
  const database = closing.adopt(openDatabase(`${folder.path}/log.db`), (open) => open.close());
  await using nats = await startTestNats();
  const settings = { ackWaitMs: 100, maxDeliver: tradeLogMaxDeliver, drainTimeoutMs: 1 };
  await using bus = await nats.connect(settings);
  await bus.publish(candleMessage(aCandleEvent({ at: 0 })));
  const consumer = `trade-log-${createEventStore(database).id}`;
  for (let death = 0; death < 6; death++) {
    await using taker = await nats.connect(settings);
    await firstValueFrom(taker.copies({ consumer, streams: loggedStreams, maxInFlight: 1_000 }));
  }
  await using tradeLog = startTradeLog({ bus, database, log: createSilentLogger() });
  await expect.poll(() => tradeLog.logged(), { timeout: 60_000 }).toBe(1);
  expect(await bus.lastSequence('DEAD_LETTERS')).toBe(0);
});
