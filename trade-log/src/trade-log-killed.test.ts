import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandleEvent, aSignal, startTestNats } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { rebuildProjections } from './event-store.ts';
import { candleMessage, createJournal, signalMessage, startMs } from './testing/history.ts';
import { makeTempFolder, projectedRows } from './testing/temp-database.ts';
import { startTradeLog } from './trade-log.ts';

const rounds = 6;

test(
  'killed again and again, it has every event once in the end',
  { timeout: 60_000 },
  async () => {
    using folder = makeTempFolder();
    const path = join(folder.path, 'log.db');
    await using nats = await startTestNats();
    await using bus = await nats.connect({ ackWaitMs: 500 });
    const program = fileURLToPath(new URL('testing/run-trade-log.ts', import.meta.url));
    const startChild = (): ChildProcess =>
      spawn(process.execPath, [program, nats.url, nats.user, nats.password, path], {
        stdio: 'ignore',
      });

    const journal = createJournal('paper');
    const paper = bus.log('trading.paper');
    let journalled = 0;
    let published = 0;
    const stopped = new AbortController();
    const publish = async (): Promise<void> => {
      for (let at = 0; !stopped.signal.aborted; at++) {
        const signal = aSignal({ time: new Date(startMs + at * 60_000).toISOString() });
        await bus.publish(candleMessage(aCandleEvent({ at })));
        await bus.publish(signalMessage(signal));
        const events = [journal.intended(signal), journal.accepted(signal), journal.filled(signal)];
        const appended = await paper.append(
          at === 0 ? [journal.opened(), ...events] : events,
          journalled,
        );
        if (appended.status === 'appended') journalled = appended.sequence;
        published++;
      }
    };
    const work = publish();

    const database = openDatabase(path);
    const stored = database.prepare('SELECT count(*) FROM events').pluck();
    for (let round = 0; round < rounds; round++) {
      const before = Number(stored.get());
      const child = startChild();
      // It is killed while it writes, however long it took to start.
      await expect.poll(() => Number(stored.get()), { timeout: 20_000 }).toBeGreaterThan(before);
      await sleep(50 * round);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    stopped.abort();
    await work;

    await using tradeLog = startTradeLog({ bus, database, log: createSilentLogger() });
    const kept = database
      .prepare(
        'SELECT name, count(*), max(sequence) FROM events JOIN streams ON streams.id = stream_id GROUP BY name ORDER BY name',
      )
      .raw();
    // Deliveries that died with a process come again after a while.
    await expect
      .poll(() => kept.all(), { timeout: 20_000 })
      .toEqual([
        ['MARKET', published, published],
        ['SIGNALS', published, published],
        ['TRADING', journalled, journalled],
      ]);
    await tradeLog.stop();
    const incremental = projectedRows(database);
    rebuildProjections(database);
    expect(projectedRows(database)).toEqual(incremental);
    expect(incremental['fills']).toHaveLength(published);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  },
);
