import { createMemoryServer } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createEventStore } from './event-store.ts';
import { readLogRuns, readPortfolioRuns } from './runs.ts';
import { candleMessage, createJournal, createPlaces } from '../testing/history.ts';
import { openMemoryDatabase } from '../testing/temp-database.ts';
import { startTradeLog } from '../trade-log.ts';

const log = createSilentLogger();
const facts = { programVersion: '1.2.3', natsVersion: '2.14.0', configHash: 'abc' };
const candle = (at: number) => candleMessage(aCandleEvent({ at }));

test('a run tells who wrote, what of which stream, and that it ended clean', async () => {
  using memory = openMemoryDatabase();
  await using bus = createMemoryServer().connect();
  await bus.publish(candle(0));
  await bus.publish(candle(1));
  await using tradeLog = startTradeLog({ bus, database: memory.database, log, run: facts });
  await tradeLog.caughtUp();
  const range = { stream: 'MARKET', firstSequence: 1, lastSequence: 2, events: 2 };
  expect(readLogRuns(memory.database)).toMatchObject([{ outcome: 'open', ranges: [range] }]);
  await tradeLog.stop();
  const [run] = readLogRuns(memory.database);
  expect(run).toMatchObject({
    ...facts,
    schemaVersion: 3,
    nodeVersion: process.version,
    outcome: 'clean',
    detail: null,
  });
  expect(run?.lastTime).toBeGreaterThanOrEqual(run?.startedTime ?? Infinity);
});

test('a run that nobody has ended is a crash once the next one begins', () => {
  using memory = openMemoryDatabase();
  let now = 1_000;
  const killed = createEventStore(memory.database, () => now);
  killed.beginRun(facts);
  const place = createPlaces({ MARKET: killed.stream('MARKET', 'first').id });
  now = 2_000;
  killed.keep([place('MARKET', candle(0)), place('MARKET', candle(1))]);
  now = 9_000;
  const next = createEventStore(memory.database, () => now);
  next.beginRun(facts);
  next.keep([place('MARKET', candle(2))]);
  next.endRun('the disk is damaged');
  expect(readLogRuns(memory.database)).toMatchObject([
    { outcome: 'crashed', startedTime: 1_000, lastTime: 2_000, ranges: [{ lastSequence: 2 }] },
    { outcome: 'failed', detail: 'the disk is damaged', ranges: [{ firstSequence: 3, events: 1 }] },
  ]);
  expect(readLogRuns(memory.database, 1)).toMatchObject([{ outcome: 'failed' }]);
});

test('two that write into one file at a time are no crashes', () => {
  using memory = openMemoryDatabase();
  const [one, other] = [createEventStore(memory.database), createEventStore(memory.database)];
  one.beginRun(facts);
  other.beginRun(facts);
  const place = createPlaces({ MARKET: one.stream('MARKET', 'first').id });
  other.keep([place('MARKET', candle(0))]);
  one.keep([place('MARKET', candle(1))]);
  const outcomes = () => readLogRuns(memory.database).map(({ outcome }) => outcome);
  expect(outcomes()).toEqual(['open', 'open']);
  one.endRun();
  other.endRun();
  expect(outcomes()).toEqual(['clean', 'clean']);
});

test('what came twice counts once', () => {
  using memory = openMemoryDatabase();
  const store = createEventStore(memory.database);
  store.beginRun(facts);
  const entry = createPlaces({ MARKET: store.stream('MARKET', 'first').id })('MARKET', candle(0));
  expect([store.keep([entry]), store.keep([entry])]).toEqual([1, 0]);
  expect(readLogRuns(memory.database)[0]?.ranges).toMatchObject([{ events: 1 }]);
});

test('a journal tells its settings by a hash, its rules, and its sequences', () => {
  using memory = openMemoryDatabase();
  const store = createEventStore(memory.database);
  const place = createPlaces({ TRADING: store.stream('TRADING', 'first').id });
  const [paper, other] = [createJournal('paper'), createJournal('other')];
  const messages = [
    paper.opened(),
    other.opened('tape-1'),
    paper.skipped(aSignal()),
    other.marked('tape-1', '1000'),
  ];
  store.keep(messages.map((message) => place('TRADING', message)));
  const [first, second] = readPortfolioRuns(memory.database);
  expect(first).toMatchObject({
    portfolio: 'paper',
    endedTime: null,
    firstSequence: 1,
    lastSequence: 3,
    events: 2,
  });
  expect(second).toMatchObject({ portfolio: 'other', tape: 'tape-1', lastSequence: 4 });
  expect(second?.endedTime).not.toBeNull();
  expect(second?.settingsHash).toBe(first?.settingsHash);
  store.keep([place('TRADING', paper.reconfigured(5, '250'))]);
  const [changed] = readPortfolioRuns(memory.database);
  expect(changed).toMatchObject({ decisionsVersion: 2, events: 3 });
  expect(changed?.settingsHash).not.toBe(first?.settingsHash);
});
