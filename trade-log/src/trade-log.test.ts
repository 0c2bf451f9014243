import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryServer, type Bus, type Delivery } from '@heliograph/contracts/bus';
import { createLogger, createSilentLogger, type Logger } from '@heliograph/contracts/service';
import { aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import { openDatabase } from './store/database.ts';
import { readCandles, readDeadLetters, readOrders } from './queries/queries.ts';
import { candleMessage, createJournal, signalMessage } from './testing/history.ts';
import { openTempDatabase } from './testing/temp-database.ts';
import { startTradeLog } from './trade-log.ts';

const log = createSilentLogger();

function sequences(database: Database): unknown[] {
  return database.prepare('SELECT sequence FROM events ORDER BY sequence').pluck().all();
}

async function publishCandles(bus: Bus, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) await bus.publish(candleMessage(aCandleEvent({ at })));
}

/** A bus whose deliveries tell of their acks. */
function watchAcks(bus: Bus, onAck: (delivery: Delivery) => void): Bus {
  return {
    ...bus,
    copies: (options) =>
      new Observable((subscriber) =>
        bus.copies(options).subscribe({
          next: (delivery) =>
            subscriber.next({
              ...delivery,
              ack() {
                onAck(delivery);
                delivery.ack();
              },
            }),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      ),
  };
}

/** What a logger is told, in words. */
function listen(): { log: Logger; lines: string[]; said: (text: string) => Promise<void> } {
  const lines: string[] = [];
  const told = new EventEmitter();
  const write = (line: string): void => {
    lines.push(JSON.parse(line).msg);
    told.emit('line');
  };
  return {
    log: createLogger({ name: 'test', destination: { write } }),
    lines,
    async said(text) {
      while (!lines.some((line) => line.includes(text))) await once(told, 'line');
    },
  };
}

test('writes down what was published before and what is published then', async () => {
  using temp = openTempDatabase();
  await using bus = createMemoryServer().connect();
  const journal = createJournal('paper');
  await publishCandles(bus, 0, 3);
  await using tradeLog = startTradeLog({ bus, database: temp.database, log });
  await bus.publish(signalMessage(aSignal()));
  await bus.publish(journal.opened());
  await bus.publish(journal.intended(aSignal()));
  await tradeLog.caughtUp();
  expect(tradeLog.logged()).toBe(6);
  expect(readCandles(temp.database, { tape: 'live' })).toHaveLength(3);
  expect(readOrders(temp.database, { portfolio: 'paper' })).toHaveLength(1);
});

test('acknowledges nothing before it is committed', async () => {
  using temp = openTempDatabase();
  const reader = openDatabase(temp.path, { readOnly: true });
  const kept = reader.prepare('SELECT 1 FROM events WHERE sequence = ?');
  const early: number[] = [];
  let acks = 0;
  await using bus = watchAcks(createMemoryServer().connect(), ({ message }) => {
    acks++;
    if (kept.get(message.sequence) === undefined) early.push(message.sequence);
  });
  await publishCandles(bus, 0, 50);
  await using tradeLog = startTradeLog({ bus, database: temp.database, log, maxBatch: 8 });
  await tradeLog.caughtUp();
  expect({ acks, early }).toEqual({ acks: 50, early: [] });
  reader.close();
});

test('puts many messages into one transaction', async () => {
  using temp = openTempDatabase();
  const reader = openDatabase(temp.path, { readOnly: true });
  const kept = reader.prepare<[], number>('SELECT count(*) FROM events').pluck();
  const commits = new Set<number | undefined>();
  await using bus = watchAcks(createMemoryServer().connect(), () => commits.add(kept.get()));
  await publishCandles(bus, 0, 1_000);
  await using tradeLog = startTradeLog({ bus, database: temp.database, log, maxBatch: 250 });
  await tradeLog.caughtUp();
  expect([...commits]).toEqual([250, 500, 750, 1_000]);
  reader.close();
});

test('goes on after the last that it kept', async () => {
  using temp = openTempDatabase();
  await using bus = createMemoryServer().connect();
  await publishCandles(bus, 0, 5);
  await using first = startTradeLog({ bus, database: temp.database, log });
  await first.caughtUp();
  await first.stop();
  await publishCandles(bus, 5, 8);
  await using second = startTradeLog({ bus, database: temp.database, log });
  await second.caughtUp();
  expect(second.logged(), 'only what is new').toBe(3);
  expect(sequences(temp.database)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('two databases on one server each get everything', async () => {
  using one = openTempDatabase();
  using other = openTempDatabase();
  await using bus = createMemoryServer().connect();
  await publishCandles(bus, 0, 5);
  for (const { database } of [one, other]) {
    await using tradeLog = startTradeLog({ bus, database, log });
    await tradeLog.caughtUp();
  }
  expect(sequences(one.database)).toHaveLength(5);
  expect(sequences(other.database)).toHaveLength(5);
});

test('a server with empty streams in the place of the old one loses nothing', async () => {
  using temp = openTempDatabase();
  for (const from of [0, 5]) {
    await using bus = createMemoryServer().connect();
    await publishCandles(bus, from, from + 5);
    await using tradeLog = startTradeLog({ bus, database: temp.database, log });
    await tradeLog.caughtUp();
  }
  expect(readCandles(temp.database, { tape: 'live' })).toHaveLength(10);
});

test('a stream that lost its end and went on is read again from its start', async () => {
  using temp = openTempDatabase();
  for (const at of [
    [0, 1, 2, 3, 4],
    [0, 1, 12, 13, 14, 15],
  ]) {
    await using connected = createMemoryServer().connect();
    const bus: Bus = { ...connected, streamIdentity: async (name) => `${name} same` };
    for (const minute of at) await bus.publish(candleMessage(aCandleEvent({ at: minute })));
    await using tradeLog = startTradeLog({ bus, database: temp.database, log });
    await tradeLog.caughtUp();
  }
  expect(readCandles(temp.database, { tape: 'live' })).toHaveLength(5 + 4);
});

test('a message that is no event becomes a dead letter and disturbs nothing', async () => {
  using temp = openTempDatabase();
  await using bus = createMemoryServer().connect();
  const { log: listening, said } = listen();
  await publishCandles(bus, 0, 1);
  const subject = 'trade_signal.a.binance.BTC-USDT';
  await bus.publish({ subject, id: 'broken', body: '{"type": "trade_si' });
  await bus.publish({ subject, id: 'wrong', body: '{"type": "trade_signal", "id": 7}' });
  await publishCandles(bus, 1, 2);
  await using tradeLog = startTradeLog({ bus, database: temp.database, log: listening });
  await tradeLog.caughtUp();
  await said('dead letter');
  await tradeLog.caughtUp();
  expect(readCandles(temp.database, { tape: 'live' })).toHaveLength(2);
  expect(readDeadLetters(temp.database)).toMatchObject([
    { stream: 'SIGNALS', sequence: 1, subject, error: expect.stringContaining('INVALID_JSON: ') },
    { stream: 'SIGNALS', sequence: 2, error: expect.stringContaining('INVALID_EVENT: ') },
  ]);
  await tradeLog.stop();
  await using again = startTradeLog({ bus, database: temp.database, log });
  await again.caughtUp();
  expect(again.logged(), 'it is not taken a second time').toBe(0);
});

test('waits while the disk is full, says so once, and goes on', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  const { log: listening, lines, said } = listen();
  const deliveryCounts = new Set<number>();
  let acks = 0;
  await using bus = watchAcks(
    createMemoryServer({ ackWaitMs: 1_700 }).connect(),
    ({ deliveryCount }) => {
      acks++;
      deliveryCounts.add(deliveryCount);
    },
  );
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
  await using tradeLog = startTradeLog({ bus, database, log: listening, maxBatch: 100 });
  await publishCandles(bus, 0, 300);
  await said('cannot be written');
  await sleep(2_200);
  expect({ acks, logged: tradeLog.logged() }).toEqual({ acks: 0, logged: 0 });
  database.pragma('max_page_count = 100000');
  await tradeLog.caughtUp();
  await said('can be written again');
  expect(acks).toBe(300);
  expect([...deliveryCounts], 'the bus was told that it is still at it').toEqual([1]);
  expect(sequences(database)).toHaveLength(300);
  expect(lines.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
});

test('waits while another program holds the database', async () => {
  using temp = openTempDatabase();
  const { log: listening, said } = listen();
  await using bus = createMemoryServer().connect();
  await using tradeLog = startTradeLog({ bus, database: temp.database, log: listening });
  await tradeLog.caughtUp();
  const other = openDatabase(temp.path);
  other.exec('BEGIN IMMEDIATE');
  await publishCandles(bus, 0, 3);
  await said('cannot be written');
  other.exec('COMMIT');
  other.close();
  await tradeLog.caughtUp();
  expect(sequences(temp.database)).toEqual([1, 2, 3]);
});

test('begins when the database can be written', async () => {
  using temp = openTempDatabase();
  const { log: listening, said } = listen();
  await using bus = createMemoryServer().connect();
  const other = openDatabase(temp.path);
  other.exec('BEGIN IMMEDIATE');
  await using tradeLog = startTradeLog({ bus, database: temp.database, log: listening });
  await publishCandles(bus, 0, 3);
  await said('begins again');
  other.exec('COMMIT');
  other.close();
  await tradeLog.caughtUp();
  expect(sequences(temp.database)).toEqual([1, 2, 3]);
});

test('stops although the disk is full, and what it could not write comes again', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  const { log: listening, said } = listen();
  await using bus = createMemoryServer({ ackWaitMs: 50, drainTimeoutMs: 100 }).connect();
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
  await using tradeLog = startTradeLog({ bus, database, log: listening, maxBatch: 10 });
  await publishCandles(bus, 0, 100);
  await said('cannot be written');
  await tradeLog.stop();
  await said('they come again');
  database.pragma('max_page_count = 100000');
  await using again = startTradeLog({ bus, database, log });
  await expect.poll(() => again.logged()).toBe(100);
  expect(sequences(database)).toHaveLength(100);
});

test('writes what it has taken when it is stopped', async () => {
  using temp = openTempDatabase();
  await using bus = createMemoryServer().connect();
  const tradeLog = startTradeLog({ bus, database: temp.database, log, maxWaitMs: 60_000 });
  await expect.poll(() => bus.lag(consumerOf(temp.database)).catch(() => -1)).toBe(0);
  await publishCandles(bus, 0, 3);
  await sleep(20);
  expect(tradeLog.logged()).toBe(0);
  await tradeLog.stop();
  await tradeLog.finished;
  expect(tradeLog.logged()).toBe(3);
});

test('ends with the error when the database is closed under it', async () => {
  using temp = openTempDatabase();
  await using bus = createMemoryServer({ drainTimeoutMs: 100 }).connect();
  const database = openDatabase(temp.path);
  await using tradeLog = startTradeLog({ bus, database, log });
  await tradeLog.caughtUp();
  database.close();
  await publishCandles(bus, 0, 1);
  await expect(tradeLog.finished).rejects.toThrow('not open');
  await expect(tradeLog.caughtUp()).rejects.toMatchObject({ code: 'STOPPED' });
});

function consumerOf(database: Database): string {
  return `trade-log-${String(database.prepare('SELECT id FROM log').pluck().get())}`;
}
