import { readFileSync, writeFileSync } from 'node:fs';
import { liveTape, type TradeSignal } from '@heliograph/contracts';
import { aCandleEvent, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import { beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { createEventStore } from '../store/event-store.ts';
import {
  countSkips,
  readCandles,
  readFills,
  readOrders,
  readPortfolio,
  readPortfolios,
  readSignals,
  readTrades,
} from './queries.ts';
import { candleMessage, createJournal, createPlaces, startMs } from '../testing/history.ts';
import { openLogWith } from '../testing/log-with.ts';
import { openTempDatabase } from '../testing/temp-database.ts';

const minute = 60_000;
const at = (minutes: number): string => new Date(startMs + minutes * minute).toISOString();

const entry = aSignal({ time: at(1) });
const exit = anExitSignal({ time: at(5) });
const other = aSignal({ time: at(6), data: { symbol: 'ETH/USDT', strategy: 'breakout' } });
const undecided = aSignal({ time: at(9) });

let database: Database;

/** Portfolio `one` makes a trade of `entry` and `exit` and skips `other`; `two` has an order for `other`. */
beforeAll(() => {
  const [one, two] = [createJournal('one'), createJournal('two')];
  ({ database } = openLogWith({
    candles: [
      ...[0, 1, 2].map((minutes) => aCandleEvent({ at: minutes })),
      aCandleEvent({ at: 1 }, { tape: 'replay' }),
    ],
    signals: [entry, exit, other, undecided],
    journal: [
      one.opened(),
      one.intended(entry),
      one.filled(entry),
      one.intended(exit),
      one.filled(exit, { price: '110' }),
      one.closed(entry, exit),
      one.skipped(other),
      two.opened(liveTape, '500'),
      two.intended(other),
      one.marked(liveTape, '1009.8'),
    ],
  }));
});

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
const signalIds = (rows: readonly { signalId: string }[]): string[] =>
  rows.map(({ signalId }) => signalId);
const idsOf = (...signals: TradeSignal[]): string[] => signals.map(({ id }) => id);

test('signals come with what became of them, once for each portfolio that decided', () => {
  expect(readSignals(database)).toMatchObject([
    { id: entry.id, portfolio: 'one', status: 'filled', reason: null, orderId: expect.any(String) },
    { id: exit.id, portfolio: 'one', status: 'filled', intent: 'exit', targetPosition: 'flat' },
    { id: other.id, portfolio: 'one', status: 'skipped', reason: 'MAX_POSITIONS', orderId: null },
    { id: other.id, portfolio: 'two', status: 'intended' },
    { id: undecided.id, portfolio: null, status: null, time: startMs + 9 * minute },
  ]);
});

test('signals are found by portfolio, symbol, strategy and time', () => {
  expect(ids(readSignals(database, { portfolio: 'two' }))).toEqual(idsOf(other));
  expect(ids(readSignals(database, { symbol: 'BTC/USDT' }))).toEqual(idsOf(entry, exit, undecided));
  expect(ids(readSignals(database, { strategy: 'breakout' }))).toEqual(idsOf(other, other));
  const [from, to] = [startMs + 5 * minute, startMs + 9 * minute];
  expect(ids(readSignals(database, { from, to })), 'from is in it, to is not').toEqual(
    idsOf(exit, other, other),
  );
});

test('a limit takes the newest, and the order stays', () => {
  expect(ids(readSignals(database, { limit: 2 }))).toEqual(idsOf(other, undecided));
  expect(signalIds(readOrders(database, { limit: 2 }))).toEqual(idsOf(exit, other));
  expect(readOrders(database, { limit: 0 })).toEqual([]);
});

test('orders are found by portfolio, strategy and symbol', () => {
  expect(signalIds(readOrders(database, { portfolio: 'one' }))).toEqual(idsOf(entry, exit));
  expect(signalIds(readOrders(database, { strategy: 'breakout' }))).toEqual(idsOf(other));
  expect(readOrders(database, { portfolio: 'none' })).toEqual([]);
  expect(readOrders(database, { portfolio: 'one', symbol: 'BTC/USDT' })[0]).toEqual({
    portfolio: 'one',
    orderId: expect.stringMatching(/^[a-z2-7]{26}$/),
    signalId: entry.id,
    time: startMs + minute,
    strategy: 'sma-cross',
    venue: 'binance',
    symbol: 'BTC/USDT',
    intent: 'enter',
    side: 'buy',
    orderType: 'market',
    role: 'entry',
    size: { kind: 'base', quantity: '1' },
    limitPrice: null,
    stopPrice: null,
    trailingBps: null,
    timeInForce: null,
    protection: null,
    protects: null,
    attempt: 1,
    reduceOnly: false,
    referencePrice: '100',
    status: 'filled',
    statusTime: startMs + 2 * minute,
    filledQuantity: '1',
    venueOrderId: null,
    triggerPrice: null,
    reason: null,
    detail: null,
    cancelTime: null,
    cancelReason: null,
  });
});

test('fills tell their strategy', () => {
  expect(readFills(database, { strategy: 'sma-cross', limit: 1 })).toEqual([
    {
      portfolio: 'one',
      orderId: expect.any(String),
      fillId: '1',
      time: startMs + 6 * minute,
      strategy: 'sma-cross',
      venue: 'binance',
      symbol: 'BTC/USDT',
      side: 'sell',
      quantity: '0.5',
      price: '110',
      fee: '0.1',
      liquidity: 'taker',
      slippageBps: 0,
    },
  ]);
});

test('trades are found by the time of their exit', () => {
  const exitTime = startMs + 6 * minute;
  const trade = {
    portfolio: 'one',
    tradeId: `trade-${entry.id}`,
    strategy: 'sma-cross',
    venue: 'binance',
    symbol: 'BTC/USDT',
    side: 'long',
    entryTime: startMs + 2 * minute,
    entryPrice: '100',
    exitTime,
    exitPrice: '110',
    quantity: '1',
    fees: '0.2',
    pnl: '9.8',
    returnRatio: 0.098,
    exitReason: 'signal',
    entrySignalId: entry.id,
    exitSignalId: exit.id,
  };
  expect(readTrades(database, { from: exitTime, to: exitTime + 1 })).toEqual([trade]);
  expect(readTrades(database, { to: exitTime })).toEqual([]);
});

test('skips are counted by reason', () => {
  expect(countSkips(database, { portfolio: 'one' })).toEqual({ MAX_POSITIONS: 1 });
  expect(countSkips(database, { portfolio: 'two' })).toEqual({});
});

test('candles belong to a tape', () => {
  expect(readCandles(database, { tape: 'replay' })).toEqual([
    {
      venue: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      openTime: startMs + minute,
      closeTime: startMs + 2 * minute,
      open: '100',
      high: '100',
      low: '100',
      close: '100',
      volume: '1',
    },
  ]);
  const filter = { tape: liveTape, venue: 'binance', symbol: 'BTC/USDT', timeframe: '1m' };
  const from = startMs + minute;
  expect(readCandles(database, { ...filter, from, to: from + minute })).toHaveLength(1);
  expect(readCandles(database, { ...filter, timeframe: '5m' })).toEqual([]);
});

test('portfolios come in the order in which they were opened', () => {
  expect(readPortfolios(database)).toMatchObject([
    { portfolio: 'one', tape: liveTape, end: { equity: '1009.8', candles: 7 } },
    { portfolio: 'two', tape: liveTape, end: null, settings: { cash: '500', risk: {} } },
  ]);
  expect(readPortfolio(database)).toMatchObject({ portfolio: 'two' });
  expect(readPortfolio(database, 'one')).toMatchObject({ portfolio: 'one' });
  expect(readPortfolio(database, 'none')).toBeUndefined();
});

test('a damaged file is told in a sentence', () => {
  using temp = openTempDatabase();
  const store = createEventStore(temp.database);
  const place = createPlaces({ MARKET: store.stream('MARKET', 'first').id });
  const messages = Array.from({ length: 200 }, (_, minutes) =>
    candleMessage(aCandleEvent({ at: minutes })),
  );
  store.keep(messages.map((message) => place('MARKET', message)));
  temp.database.pragma('wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(temp.path);
  writeFileSync(temp.path, bytes.fill(0xff, bytes.length / 2));
  const reader = openDatabase(temp.path, { readOnly: true });
  expect(() => readCandles(reader, { tape: liveTape })).toThrow(/log\.db: it is damaged; .*\.$/);
  reader.close();
});
