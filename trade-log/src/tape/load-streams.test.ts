import { createMemoryServer } from '@heliograph/contracts/bus';
import { aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { loadStreams } from './load-streams.ts';
import { readSignals, readTrades } from '../queries/queries.ts';
import { candleMessage, createJournal, signalMessage } from '../testing/history.ts';
import { openMemoryDatabase } from '../testing/temp-database.ts';

test('what the streams hold is a log, without what is no event', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const signal = aSignal();
  const journal = createJournal('paper');
  for (let at = 0; at < 1_100; at++) await bus.publish(candleMessage(aCandleEvent({ at })));
  await bus.publish({ subject: 'trade_signal.a.b.C', id: 'x', body: '{' });
  await bus.publish(signalMessage(signal));
  let sequence = 0;
  for (const message of [
    journal.opened(),
    journal.intended(signal),
    journal.closed(signal, signal),
  ])
    sequence = await bus
      .log('trading.paper')
      .append([message], sequence)
      .then((appended) => ('sequence' in appended ? appended.sequence : 0));
  using memory = openMemoryDatabase();
  const told: number[] = [];
  expect(await loadStreams(bus, memory.database, (events) => told.push(events))).toBe(1_104);
  expect(told, 'what rests on others comes before them').toEqual([3, 4, 1_004, 1_104]);
  expect(readSignals(memory.database)).toMatchObject([{ id: signal.id, portfolio: 'paper' }]);
  expect(readTrades(memory.database)).toHaveLength(1);
});
