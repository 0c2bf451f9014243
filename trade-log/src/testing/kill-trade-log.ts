import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandleEvent, aSignal, startTestNats } from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import { expect } from 'vitest';
import { checkLog } from '../upkeep/check-log.ts';
import { openDatabase } from '../store/database.ts';
import { readLogRuns } from '../store/runs.ts';
import { startTradeLog, tradeLogMaxDeliver } from '../trade-log.ts';
import { candleMessage, createJournal, signalMessage, startMs } from './history.ts';
import { makeTempFolder } from './temp-database.ts';

/** What there was of everything. */
export interface KilledLog {
  readonly kills: number;
  /** Those in whose life something was written. */
  readonly killsWhileWriting: number;
  readonly events: number;
  /** How often something was acknowledged by a process that was killed later. */
  readonly acknowledged: number;
  readonly crashedRuns: number;
}

/**
 * Publishes without a pause while a trade log in a process of its own is killed again and again, each time when `moment`
 * resolves; `wrote` tells whether it has written. Then one that is not killed writes the rest, and everything has to be
 * there once, as a rebuild would have it.
 */
export async function killTradeLog(
  rounds: number,
  moment: (round: number, wrote: () => boolean) => Promise<void>,
): Promise<KilledLog> {
  using folder = makeTempFolder();
  const path = join(folder.path, 'log.db');
  const acks = join(folder.path, 'acks.txt');
  writeFileSync(acks, '');
  await using nats = await startTestNats();
  await using bus = await nats.connect({ ackWaitMs: 500, maxDeliver: tradeLogMaxDeliver });
  const program = fileURLToPath(new URL('run-trade-log.ts', import.meta.url));
  const startChild = (): ChildProcess =>
    spawn(process.execPath, [program, nats.url, nats.user, nats.password, path, acks], {
      stdio: 'ignore',
    });

  const stopped = new AbortController();
  const published = publish(bus, stopped.signal);
  published.catch(() => undefined);
  const database = openDatabase(path);
  const stored = database.prepare<[], number>('SELECT count(*) FROM events').pluck();
  let killsWhileWriting = 0;
  let acknowledged = 0;
  for (let round = 0; round < rounds; round++) {
    const before = stored.get() ?? 0;
    const wrote = (): boolean => (stored.get() ?? 0) > before;
    const child = startChild();
    await moment(round, wrote);
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (wrote()) killsWhileWriting++;
    acknowledged = checkAcknowledged(database, acks, acknowledged);
  }
  stopped.abort();
  const counts = await published;

  await using tradeLog = startTradeLog({ bus, database, log: createSilentLogger() });
  // Deliveries that died with a process come again after a while.
  await expect.poll(() => kept(database), { timeout: 300_000 }).toEqual(counts);
  await tradeLog.stop();
  expect(checkLog(database).findings).toEqual([]);
  const crashedRuns = readLogRuns(database).filter(({ outcome }) => outcome !== 'clean').length;
  const events = stored.get() ?? 0;
  database.close();
  return { kills: rounds, killsWhileWriting, events, acknowledged, crashedRuns };
}

/** A trade of a signal after the other. Resolves to how many messages each stream has, and its last sequence. */
async function publish(bus: Bus, stopped: AbortSignal): Promise<unknown[]> {
  const journal = createJournal('paper');
  const paper = bus.log('trading.paper');
  let journalled = 0;
  let count = 0;
  for (; !stopped.aborted; count++) {
    const signal = aSignal({ time: new Date(startMs + count * 60_000).toISOString() });
    await bus.publish(candleMessage(aCandleEvent({ at: count })));
    await bus.publish(signalMessage(signal));
    const events = [journal.intended(signal), journal.accepted(signal), journal.filled(signal)];
    const appended = await paper.append(
      count === 0 ? [journal.opened(), ...events] : events,
      journalled,
    );
    if (appended.status === 'appended') journalled = appended.sequence;
  }
  return [
    ['MARKET', count, count],
    ['SIGNALS', count, count],
    ['TRADING', journalled, journalled],
  ];
}

function kept(database: Database): unknown[] {
  return database
    .prepare(
      'SELECT name, count(*), max(sequence) FROM events JOIN streams ON streams.id = stream_id GROUP BY name ORDER BY name',
    )
    .raw()
    .all();
}

/** @returns how many lines of the file of acks are looked at now */
function checkAcknowledged(database: Database, acks: string, from: number): number {
  const has = database.prepare(
    'SELECT 1 FROM events JOIN streams ON streams.id = stream_id WHERE name = ? AND sequence = ?',
  );
  const lines = readFileSync(acks, 'utf8').split('\n').slice(0, -1);
  const lost = lines.slice(from).filter((line) => has.get(...line.split(' ')) === undefined);
  expect(lost, 'acknowledged and not in the file').toEqual([]);
  return lines.length;
}
