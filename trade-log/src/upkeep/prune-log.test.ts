import { toTime } from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import { aCandleEvent, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLog } from './check-log.ts';
import { createEventStore, type Entry } from '../store/event-store.ts';
import { planPruning } from './plan-pruning.ts';
import { countPruned, pruneLog } from './prune-log.ts';
import { candlesPruned, inputsPruned } from './pruned-inputs.ts';
import {
  readCandles,
  readPortfolios,
  readPositions,
  readSignals,
  readTrades,
} from '../queries/queries.ts';
import {
  aDeadLetter,
  candleMessage,
  createJournal,
  createPlaces,
  deadLetterMessage,
  signalMessage,
  startMs,
} from '../testing/history.ts';
import { openMemoryDatabase, openTempDatabase } from '../testing/temp-database.ts';

const minute = 60_000;
const at = (minutes: number): string => toTime(startMs + minutes * minute);
const msAt = (minutes: number): number => startMs + minutes * minute;

const candlesOf = (tape: string) =>
  Array.from({ length: 60 }, (_, minutes) => aCandleEvent({ at: minutes }, { tape }));

const early = aSignal({ time: at(5) });
const earlyExit = anExitSignal({ time: at(10) });
const late = aSignal({ time: at(30) });

/** Every message is stored at its own time. */
function storedAtItsTime(entry: Entry): Entry {
  const storedTime = Date.parse(entry.read?.envelope.time ?? '');
  const message: StoredMessage = { ...entry.message, storedTime };
  return { ...entry, message };
}

/**
 * An hour: the portfolio `paper` on the live tape has a closed trade at first and is in the market since minute 30; a
 * replay has ended.
 */
function fill(database: Database, { open = true } = {}) {
  const store = createEventStore(database);
  const idOf = (name: 'MARKET' | 'SIGNALS' | 'TRADING' | 'DEAD_LETTERS') =>
    store.stream(name, 'first').id;
  const place = createPlaces({
    MARKET: idOf('MARKET'),
    SIGNALS: idOf('SIGNALS'),
    TRADING: idOf('TRADING'),
    DEAD_LETTERS: idOf('DEAD_LETTERS'),
  });
  const paper = createJournal('paper');
  const replayed = createJournal('paper-tape-1');
  const entries = [
    ...[...candlesOf('tape-1'), ...candlesOf('live')].map((event) =>
      place('MARKET', candleMessage(event)),
    ),
    ...[early, earlyExit, late, aSignal({ time: at(55), data: { symbol: 'ETH/USDT' } })].map(
      (signal) => place('SIGNALS', signalMessage(signal)),
    ),
    ...[
      paper.opened(),
      replayed.opened('tape-1'),
      paper.intended(early),
      replayed.skipped(early),
      paper.filled(early),
      paper.positionChanged(early, '1', '900'),
      paper.intended(earlyExit),
      paper.filled(earlyExit),
      paper.positionChanged(earlyExit, '0', '1009'),
      paper.closed(early, earlyExit),
      ...(open
        ? [paper.intended(late), paper.filled(late), paper.positionChanged(late, '1', '909')]
        : []),
      replayed.marked('tape-1', '1000'),
      paper.valued(58, '1010'),
    ].map((message) => place('TRADING', message)),
    place('DEAD_LETTERS', deadLetterMessage(aDeadLetter(1))),
    place('DEAD_LETTERS', deadLetterMessage(aDeadLetter(2))),
  ];
  store.keep(entries.map(storedAtItsTime));
  return store;
}

const before = msAt(120);

function clean(database: Database): void {
  expect(checkLog(database).findings).toEqual([]);
}

test('candles and signals go, but what an open position needs since its entry stays', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database);
  const plan = planPruning(database, { before });
  expect(plan.needs).toEqual([{ tape: 'live', from: msAt(30), portfolio: 'paper' }]);
  await pruneLog(database, plan);
  expect(readCandles(database, { tape: 'tape-1' })).toEqual([]);
  expect(readCandles(database, { tape: 'live' })[0]?.closeTime).toBe(msAt(30));
  expect(readCandles(database, { tape: 'live' }).at(-1)?.closeTime).toBe(msAt(60));
  expect(readSignals(database).map(({ time }) => time)).toEqual([msAt(30), msAt(55)]);
  expect(readPositions(database)).toHaveLength(1);
  expect(readTrades(database)).toHaveLength(1);
  clean(database);
});

test('a journal that goes on stays whole, one that has ended goes whole', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database);
  const plan = planPruning(database, { before });
  expect(plan.journals).toMatchObject([
    { portfolio: 'paper-tape-1', events: 3, goes: true, why: 'it has ended' },
    { portfolio: 'paper', events: 12, goes: false, why: 'it holds BTC/USDT' },
  ]);
  await pruneLog(database, plan);
  expect(readPortfolios(database).map(({ portfolio }) => portfolio)).toEqual(['paper']);
  const journal = database.prepare("SELECT count(*) FROM events WHERE portfolio = 'paper'").pluck();
  expect(journal.get()).toBe(12);
});

test('where nothing is open, only what was stored after the time stays', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database, { open: false });
  const plan = planPruning(database, { before: msAt(40) });
  expect(plan.needs).toEqual([]);
  expect(plan.journals.map(({ why }) => why)).toEqual(['its end is not as old', 'it goes on']);
  await pruneLog(database, plan);
  expect(readCandles(database, { tape: 'live' })[0]?.closeTime).toBe(msAt(40));
  clean(database);
});

test('the last message of every stream stays', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  const store = fill(database, { open: false });
  await pruneLog(database, planPruning(database, { before: msAt(999) }));
  const last = (['MARKET', 'SIGNALS', 'TRADING', 'DEAD_LETTERS'] as const).map((name) => {
    const { lastSequence, lastKept } = store.stream(name, 'first');
    return [lastKept?.sequence, lastSequence];
  });
  expect(last).toEqual(last.map(([, sequence]) => [sequence, sequence]));
  clean(database);
});

test('a dry run counts what the real one takes, and changes nothing', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database);
  const plan = planPruning(database, { before });
  const count = () => Number(database.prepare('SELECT count(*) FROM events').pluck().get());
  const all = count();
  const counted = countPruned(database, plan);
  expect(count()).toBe(all);
  expect(await pruneLog(database, plan)).toEqual(counted);
  expect(counted).toEqual({
    events: all - count(),
    byType: { candle_closed: 89, trade_signal: 2, message_dead_lettered: 1 },
    journalEvents: 3,
  });
});

test('what is gone does not come back when the bus hands it out again', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  const store = fill(database);
  await pruneLog(database, planPruning(database, { before }));
  const { id } = store.stream('MARKET', 'first');
  const place = createPlaces({ MARKET: id });
  const again = candlesOf('tape-1').map((event) => place('MARKET', candleMessage(event)));
  expect(store.keep(again)).toBe(0);
  clean(database);
});

test('a candle that another storage of the stream holds as well is still there', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  const store = fill(database, { open: false });
  const place = createPlaces({ MARKET: store.nextGeneration('MARKET', 'first').id });
  const [first] = candlesOf('live');
  if (first) store.keep([place('MARKET', candleMessage(first))]);
  await pruneLog(database, planPruning(database, { before: msAt(30) }));
  expect(readCandles(database, { tape: 'live' })[0]?.closeTime).toBe(msAt(1));
  clean(database);
});

test('a portfolio that was decided on what is gone says so', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database);
  expect(inputsPruned(database, 'paper')).toBeUndefined();
  await pruneLog(database, planPruning(database, { before: msAt(3) }));
  expect(inputsPruned(database, 'paper'), 'no signal is that old').toBeUndefined();
  await pruneLog(database, planPruning(database, { before }), { nowMs: () => msAt(70) });
  expect(inputsPruned(database, 'paper')).toEqual({ before, time: msAt(70) });
});

test('which candles are gone is told of a tape that has ended by their number, and of another by its time', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database, { open: false });
  const missing = (portfolio: string, end: number | null, left: number) =>
    candlesPruned(database, { portfolio, end: end === null ? null : { candles: end } }, left);
  expect(missing('paper', null, 60)).toBeUndefined();
  expect(missing('paper', 60, 59), 'they have not come').toBeUndefined();
  await pruneLog(database, planPruning(database, { before }), { nowMs: () => msAt(70) });
  const pruning = { before, time: msAt(70) };
  expect(missing('paper', null, 40), 'it was opened before').toEqual(pruning);
  expect(missing('paper', 60, 40)).toEqual(pruning);
  expect(missing('paper', 60, 60), 'those of another tape went').toBeUndefined();
  database
    .prepare('UPDATE portfolios SET portfolio = ? WHERE portfolio = ?')
    .run('none of its events', 'paper');
  expect(missing('none of its events', null, 40)).toBeUndefined();
});

test('a replay that ended with something open goes only when it is asked for', () => {
  using temp = openTempDatabase();
  const { database } = temp;
  const store = createEventStore(database);
  const place = createPlaces({ TRADING: store.stream('TRADING', 'first').id });
  const replayed = createJournal('paper-tape-1');
  const messages = [
    replayed.opened('tape-1'),
    replayed.intended(early),
    replayed.filled(early),
    replayed.positionChanged(early, '1', '900'),
    replayed.marked('tape-1', '1000'),
    createJournal('other').opened('tape-2'),
  ];
  store.keep(messages.map((message) => place('TRADING', message)));
  expect(planPruning(database, { before }).journals[0]).toMatchObject({
    goes: false,
    why: 'it holds BTC/USDT',
  });
  expect(planPruning(database, { before, withOpenEnds: true }).journals[0]?.goes).toBe(true);
});

test('it waits for another program that writes, and that one is not kept out', async () => {
  using temp = openTempDatabase();
  const { database } = temp;
  fill(database);
  const other = new BetterSqlite3(temp.path, { timeout: 0 });
  other.exec('BEGIN IMMEDIATE');
  const work = pruneLog(database, planPruning(database, { before }));
  setTimeout(() => other.exec('COMMIT'), 100);
  expect((await work).events).toBeGreaterThan(0);
  other.close();
});

test('nothing can be deleted that is not noted as pruned', () => {
  using temp = openTempDatabase();
  fill(temp.database);
  expect(() => temp.database.exec('DELETE FROM events WHERE sequence = 1')).toThrow(
    'never deleted, only pruned',
  );
});

test('however often and whenever it is pruned, what is younger or needed stays, and the log is whole', async () => {
  const times = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(times, fc.boolean(), async (minutes, open) => {
      using memory = openMemoryDatabase();
      const { database } = memory;
      const store = fill(database, { open });
      const keys = () =>
        database
          .prepare<[], string>("SELECT stream_id || ' ' || sequence FROM events ORDER BY 1")
          .pluck()
          .all();
      const needed = database.prepare<[number, number], string>(
        `SELECT stream_id || ' ' || sequence FROM events
         WHERE stored_time >= ? OR portfolio = 'paper' OR (tape = 'live' AND time >= ?) ORDER BY 1`,
      );
      for (const minute of minutes) {
        const before = msAt(minute);
        const must = needed.pluck().all(before, open ? msAt(30) : Number.MAX_SAFE_INTEGER);
        const plan = planPruning(database, { before });
        const counted = countPruned(database, plan);
        const all = keys();
        expect(await pruneLog(database, plan)).toEqual(counted);
        expect(keys()).toHaveLength(all.length - counted.events);
        expect(new Set(keys()).isSupersetOf(new Set(must))).toBe(true);
        clean(database);
        expect(countPruned(database, planPruning(database, { before })).events).toBe(0);
      }
      const place = createPlaces({ MARKET: store.stream('MARKET', 'first').id });
      const left = keys();
      store.keep(candlesOf('tape-1').map((event) => place('MARKET', candleMessage(event))));
      expect(keys(), 'nothing comes back').toEqual(left);
    }),
    { numRuns: 25 },
  );
});
