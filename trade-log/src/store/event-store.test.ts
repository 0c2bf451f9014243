import { liveTape, TransientError, type TradeSignal } from '@heliograph/contracts';
import type { Outgoing, StreamName } from '@heliograph/contracts/bus';
import { aCandleEvent, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEventStore,
  rebuildProjections,
  type Entry,
  type EventStore,
} from './event-store.ts';
import {
  readDeadLetters,
  readOrders,
  readPortfolio,
  readPositions,
  readTrades,
} from '../queries/queries.ts';
import {
  aDeadLetter,
  aPrint,
  candleMessage,
  createJournal,
  createPlaces,
  deadLetterMessage,
  printMessage,
  signalMessage,
  startMs,
  type Journal,
} from '../testing/history.ts';
import { openMemoryDatabase, openTempDatabase, projectedRows } from '../testing/temp-database.ts';

/** The streams of one server, known to the store, and the places of the messages on them. */
function openServer(store: EventStore, identity = 'first') {
  return createPlaces({
    MARKET: store.stream('MARKET', identity).id,
    SIGNALS: store.stream('SIGNALS', identity).id,
    TRADING: store.stream('TRADING', identity).id,
    DEAD_LETTERS: store.stream('DEAD_LETTERS', identity).id,
  });
}

function count(database: Database, table: string): unknown {
  return database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
}

const entry = aSignal();
const exit = anExitSignal({ time: '2026-01-05T00:05:00.000Z' });

/** A trade from opening the portfolio to its end. */
function wholeJournal(journal: Journal): Outgoing[] {
  return [
    journal.opened(),
    journal.intended(entry),
    journal.accepted(entry),
    journal.filled(entry, { fillId: '1', complete: false, filledQuantity: '0.5' }),
    journal.filled(entry, { fillId: '2' }),
    journal.positionChanged(entry, '1', '899.8'),
    journal.intended(exit),
    journal.filled(exit, { price: '110' }),
    journal.positionChanged(exit, '0', '1009.6'),
    journal.closed(entry, exit),
    journal.marked(liveTape, '1009.6'),
  ];
}

describe('the event store', () => {
  test('keeps trades of the market as events alone', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const before = projectedRows(temp.database);
    expect(store.keep([openServer(store)('MARKET', printMessage(aPrint()))])).toBe(1);
    expect(temp.database.prepare('SELECT type, tape FROM events').all()).toEqual([
      { type: 'trade_printed', tape: liveTape },
    ]);
    expect(projectedRows(temp.database)).toEqual(before);
  });

  test('keeps a message exactly as it came', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const candle = aCandleEvent();
    const body = ` ${JSON.stringify({ ...candle, extra: 'ü€😀' }, null, 1)}\n`;
    store.keep([openServer(store)('MARKET', { ...candleMessage(candle), body })]);
    expect(temp.database.prepare('SELECT * FROM events').get()).toEqual({
      stream_id: 1,
      sequence: 1,
      id: candle.id,
      type: 'candle_closed',
      subject: 'market.candle.binance.BTC-USDT.1m',
      portfolio: null,
      tape: 'live',
      time: startMs + 60_000,
      recorded_time: startMs + 60_000,
      stored_time: startMs,
      body,
    });
  });

  test('passes over what is delivered again', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const entries = wholeJournal(createJournal('paper')).map((message) =>
      place('TRADING', message),
    );
    expect(store.keep(entries)).toBe(entries.length);
    const before = projectedRows(temp.database);
    expect(store.keep(entries.slice(3))).toBe(0);
    expect(store.keep(entries)).toBe(0);
    expect(count(temp.database, 'events')).toBe(entries.length);
    expect(projectedRows(temp.database)).toEqual(before);
  });

  test('projects an event once that the bus stored twice', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const history = (): Entry[] => [
      place('MARKET', candleMessage(aCandleEvent())),
      place('SIGNALS', signalMessage(entry)),
      place('DEAD_LETTERS', deadLetterMessage(aDeadLetter())),
      ...wholeJournal(createJournal('paper')).map((message) => place('TRADING', message)),
    ];
    store.keep(history());
    const before = projectedRows(temp.database);
    const again = history();
    expect(store.keep(again), 'all of it is in the log').toBe(again.length);
    expect(projectedRows(temp.database)).toEqual(before);
  });

  test('brings a journal in order whose events arrive out of order', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const entries = wholeJournal(createJournal('paper')).map((message) =>
      place('TRADING', message),
    );
    const late = entries.splice(1, 3);
    store.keep(entries);
    expect(readOrders(temp.database)).toHaveLength(1);
    store.keep(late);
    expect(readOrders(temp.database)).toMatchObject([
      { status: 'filled', filledQuantity: '1' },
      { status: 'filled', filledQuantity: '1' },
    ]);
  });

  test('holds the order of another portfolio apart', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const [one, other] = [createJournal('one'), createJournal('other')];
    store.keep([...wholeJournal(one), other.opened()].map((message) => place('TRADING', message)));
    store.keep([place('TRADING', other.intended(entry))]);
    expect(readOrders(temp.database, { portfolio: 'other' })).toMatchObject([
      { status: 'intended' },
    ]);
    expect(readOrders(temp.database, { portfolio: 'one' })).toHaveLength(2);
  });

  test('does all of a batch or nothing', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    store.keep([place('MARKET', candleMessage(aCandleEvent({ at: 1 })))]);
    const renewed = openServer(store);
    const batch = [
      place('MARKET', candleMessage(aCandleEvent({ at: 2 }))),
      renewed('MARKET', candleMessage(aCandleEvent({ at: 9 }))),
    ];
    expect(() => store.keep(batch)).toThrow(TransientError);
    expect(() => store.keep(batch)).toThrow('MARKET has another message at 1');
    expect(count(temp.database, 'events')).toBe(1);
    expect(store.stream('MARKET', 'first').lastSequence).toBe(1);
  });

  test('takes the sequences of a stream made anew for new ones', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const first = openServer(store, 'first');
    const second = openServer(store, 'second');
    store.keep([first('MARKET', candleMessage(aCandleEvent({ at: 1 })))]);
    store.keep([second('MARKET', candleMessage(aCandleEvent({ at: 2 })))]);
    expect(count(temp.database, 'candles')).toBe(2);
  });

  test('takes a portfolio’s journal in a stream made anew for another run', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const first = openServer(store, 'first');
    const second = openServer(store, 'second');
    const journal = createJournal('paper');
    store.keep(wholeJournal(journal).map((message) => first('TRADING', message)));
    store.keep([second('TRADING', journal.opened()), second('TRADING', journal.intended(entry))]);
    const portfolio = 'paper';
    expect(readOrders(temp.database, { portfolio })).toMatchObject([{ status: 'intended' }]);
    expect(readTrades(temp.database, { portfolio })).toEqual([]);
    expect(readTrades(temp.database), 'the old ones are still there').toHaveLength(1);
    expect(readPortfolio(temp.database, portfolio)).toMatchObject({ cash: '1000', end: null });
  });

  test('keeps events of types that are not known yet without projecting them', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const future = {
      ...aCandleEvent(),
      id: 'f1',
      type: 'order_book_changed',
      schemaversion: 3,
      data: 1,
    };
    const message = { subject: 'market.book.binance', id: 'f1', body: JSON.stringify(future) };
    expect(store.keep([place('MARKET', message)])).toBe(1);
    expect(temp.database.prepare('SELECT type FROM events').pluck().all()).toEqual([
      'order_book_changed',
    ]);
    rebuildProjections(temp.database);
    expect(count(temp.database, 'candles')).toBe(0);
  });

  test('notes a message that is no event as dealt with', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const candle = openServer(store)('MARKET', candleMessage(aCandleEvent()));
    store.keep([{ ...candle, message: { ...candle.message, sequence: 7 }, read: undefined }]);
    expect(store.stream('MARKET', 'first')).toMatchObject({ lastSequence: 7, lastKept: undefined });
    expect(count(temp.database, 'events')).toBe(0);
  });

  test('projects every end that an order can come to', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const journal = createJournal('paper');
    const ends: [string, (signal: TradeSignal) => Outgoing[]][] = [
      ['intended', () => []],
      ['accepted', (signal) => [journal.accepted(signal)]],
      ['triggered', (signal) => [journal.triggered(signal)]],
      ['partially_filled', (signal) => [journal.filled(signal, { complete: false })]],
      ['filled', (signal) => [journal.accepted(signal), journal.filled(signal)]],
      ['rejected', (signal) => [journal.rejected(signal)]],
      ['cancelled', (signal) => [journal.accepted(signal), journal.cancelled(signal)]],
      ['unknown', (signal) => [journal.unknown(signal)]],
    ];
    const messages = ends.flatMap(([, events], minute) => {
      const signal = aSignal({ time: new Date(startMs + minute * 60_000).toISOString() });
      return [journal.intended(signal), ...events(signal)];
    });
    store.keep([journal.opened(), ...messages].map((message) => place('TRADING', message)));
    expect(readOrders(temp.database).map(({ status }) => status)).toEqual(ends.map(([end]) => end));
    expect(readOrders(temp.database)).toMatchObject([
      { reason: null },
      { venueOrderId: expect.stringMatching(/^v-/) },
      { triggerPrice: '94.9' },
      {},
      { venueOrderId: expect.stringMatching(/^v-/), filledQuantity: '1' },
      { reason: 'VENUE_REJECTED', detail: 'no' },
      { reason: 'TAPE_ENDED' },
      { detail: 'timeout' },
    ]);
  });

  test('projects positions, cash, the end and dead letters', () => {
    using temp = openTempDatabase();
    const store = createEventStore(temp.database);
    const place = openServer(store);
    const journal = createJournal('paper');
    store.keep([
      place('TRADING', journal.opened()),
      place('TRADING', journal.positionChanged(entry, '1', '899.8')),
      place('DEAD_LETTERS', deadLetterMessage(aDeadLetter(5))),
    ]);
    expect(readPositions(temp.database)).toEqual([
      {
        portfolio: 'paper',
        venue: 'binance',
        symbol: 'BTC/USDT',
        side: 'long',
        quantity: '1',
        averageEntryPrice: '100',
        realisedPnl: '0',
        time: startMs + 120_000,
      },
    ]);
    expect(readPortfolio(temp.database)).toMatchObject({ cash: '899.8', end: null });
    expect(readDeadLetters(temp.database)).toMatchObject([
      { stream: 'SIGNALS', sequence: 5, consumer: 'execution', body: '{' },
    ]);
    store.keep([
      place('TRADING', journal.positionChanged(exit, '0', '1009.6')),
      place('TRADING', journal.marked(liveTape, '1009.6')),
    ]);
    expect(readPositions(temp.database)).toEqual([]);
    expect(readPortfolio(temp.database)).toMatchObject({
      cash: '1009.6',
      end: { candles: 7, cash: '900', equity: '1009.6' },
    });
  });
});

test('a rebuild gives what the events gave as they came, whatever came', () => {
  const step = fc.record({
    portfolio: fc.constantFrom('one', 'two'),
    minute: fc.nat(5),
    kind: fc.constantFrom(
      'candle',
      'signal',
      'letter',
      'opened',
      'reconfigured',
      'skipped',
      'intended',
      'protective',
      'triggered',
      'cancelIntended',
      'cancelBySignal',
      'adopted',
      'valued',
      'incident',
      'halted',
      'resumed',
      'instrument',
      'print',
      'accepted',
      'partial',
      'filled',
      'rejected',
      'cancelled',
      'unknown',
      'held',
      'flat',
      'closed',
      'marked',
      'future',
    ),
    server: fc.constantFrom('first', 'second'),
    /** 0: comes in its turn, else that many steps later. */
    lateBy: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 8 })),
    again: fc.boolean(),
  });
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  const message = ({ portfolio, minute, kind }: Step): [StreamName, Outgoing] => {
    const journal = createJournal(portfolio);
    const time = new Date(startMs + minute * 60_000).toISOString();
    const signal = aSignal({ time });
    switch (kind) {
      case 'candle':
        return ['MARKET', candleMessage(aCandleEvent({ at: minute }))];
      case 'signal':
        return ['SIGNALS', signalMessage(signal)];
      case 'letter':
        return ['DEAD_LETTERS', deadLetterMessage(aDeadLetter(minute + 1))];
      case 'opened':
        return ['TRADING', journal.opened()];
      case 'skipped':
        return ['TRADING', journal.skipped(signal)];
      case 'partial':
        return [
          'TRADING',
          journal.filled(signal, { complete: false, filledQuantity: '0.5', fillId: 'p' }),
        ];
      case 'print':
        return ['MARKET', printMessage(aPrint(minute))];
      case 'protective':
        return ['TRADING', journal.protective(signal, minute + 1)];
      case 'cancelIntended':
        return ['TRADING', journal.cancelIntended(signal)];
      case 'cancelBySignal':
        return ['TRADING', journal.cancelIntended(signal, anExitSignal({ time }))];
      case 'reconfigured':
        return ['TRADING', journal.reconfigured(minute, String(minute + 1))];
      case 'valued':
        return ['TRADING', journal.valued(minute, String(minute))];
      case 'incident':
        return ['TRADING', journal.incident(minute)];
      case 'halted':
        return ['TRADING', journal.stateChanged(minute, 'HALTED')];
      case 'resumed':
        return ['TRADING', journal.stateChanged(minute, 'ACTIVE')];
      case 'instrument':
        return ['TRADING', journal.instrumentChanged(minute, minute > 2 ? 'halted' : 'trading')];
      case 'held':
        return ['TRADING', journal.positionChanged(signal, '1', String(minute))];
      case 'flat':
        return ['TRADING', journal.positionChanged(signal, '0', String(minute))];
      case 'closed':
        return ['TRADING', journal.closed(signal, anExitSignal({ time }))];
      case 'marked':
        return ['TRADING', journal.marked(liveTape, String(minute))];
      case 'future': {
        const { id, body, subject } = journal.accepted(signal);
        return [
          'TRADING',
          {
            id,
            subject: subject.replace('accepted', 'amended'),
            body: body.replace('"order_accepted"', '"order_amended"'),
          },
        ];
      }
      default:
        return ['TRADING', journal[kind](signal)];
    }
  };

  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (steps, batch) => {
        using temp = openMemoryDatabase();
        const store = createEventStore(temp.database);
        const servers = new Map(['first', 'second'].map((name) => [name, openServer(store, name)]));
        const arrivals = steps.flatMap((one, turn) => {
          const [stream, outgoing] = message(one);
          const placed = servers.get(one.server)?.(stream, outgoing);
          if (placed === undefined) return [];
          const arrival = { turn: turn + one.lateBy, placed };
          return one.again ? [arrival, { turn: turn + 2 * one.lateBy + 1, placed }] : [arrival];
        });
        const inTime = arrivals.toSorted((a, b) => a.turn - b.turn).map(({ placed }) => placed);
        while (inTime.length > 0) store.keep(inTime.splice(0, batch));
        const incremental = projectedRows(temp.database);
        rebuildProjections(temp.database);
        expect(projectedRows(temp.database)).toEqual(incremental);
      },
    ),
    { numRuns: 200 },
  );
});
