import { anExitSignal, aSignal } from '@heliograph/contracts/testing';
import type { Outgoing } from '@heliograph/contracts/bus';
import { expect, test } from 'vitest';
import {
  readEquity,
  readForeignOrders,
  readIncidents,
  readInstruments,
  readTradingStates,
} from './account-queries.ts';
import {
  readFills,
  readOrders,
  readPortfolio,
  readPositions,
  readSignals,
  readTrades,
} from './queries.ts';
import { createJournal, startMs } from '../testing/history.ts';
import { openLogWith } from '../testing/log-with.ts';

const minute = 60_000;
const at = (minutes: number): string => new Date(startMs + minutes * minute).toISOString();
const entry = aSignal({ time: at(1) });
const exit = anExitSignal({ time: at(5) });
const journal = createJournal('paper');

/** A log with that journal, opened first, and with both signals. */
function logOf(...messages: Outgoing[]) {
  return openLogWith({ signals: [entry, exit], journal: [journal.opened(), ...messages] });
}

test('a protective order tells what it protects, and does not stand for its signal', () => {
  using temp = logOf(
    journal.intended(entry),
    journal.filled(entry),
    journal.protective(entry),
    journal.protective(entry, 2),
  );
  const [entered, , second] = readOrders(temp.database);
  expect(second).toMatchObject({
    role: 'stop_loss',
    orderType: 'stop_limit',
    limitPrice: '94',
    stopPrice: '95',
    timeInForce: 'GTC',
    protects: entered?.orderId,
    attempt: 2,
    reduceOnly: true,
    status: 'intended',
  });
  expect(readSignals(temp.database)).toMatchObject([
    { id: entry.id, status: 'filled', orderId: entered?.orderId },
    { id: exit.id, status: null },
  ]);
});

test('an order that goes out for others, too, is as large as it goes out', () => {
  using alone = logOf(journal.intended(entry), journal.triggered(entry));
  expect(readOrders(alone.database)).toMatchObject([{ size: { quantity: '1' } }]);
  using together = logOf(journal.intended(entry), journal.triggered(entry, '3'));
  expect(readOrders(together.database)).toMatchObject([
    { status: 'triggered', size: { kind: 'base', quantity: '3' } },
  ]);
});

test('a cancel stands beside the status, with the reason', () => {
  using temp = logOf(
    journal.intended(entry),
    journal.accepted(entry),
    journal.cancelIntended(entry),
  );
  expect(readOrders(temp.database)).toMatchObject([
    {
      status: 'accepted',
      statusTime: startMs + minute,
      reason: null,
      cancelReason: 'CANCEL_REQUESTED',
      cancelTime: startMs + minute,
    },
  ]);
});

test('a signal that only takes orders back became a cancel', () => {
  using temp = logOf(
    journal.intended(entry),
    journal.cancelIntended(entry, exit),
    journal.cancelled(entry),
  );
  expect(readSignals(temp.database)).toMatchObject([
    { id: entry.id, status: 'cancelled', reason: 'TAPE_ENDED' },
    { id: exit.id, status: 'cancel', reason: 'CANCEL_REQUESTED' },
  ]);
});

test('a signal that takes orders back and is traded, or skipped, is told once', () => {
  using traded = logOf(
    journal.intended(entry),
    journal.cancelIntended(entry, exit),
    journal.intended(exit),
  );
  expect(readSignals(traded.database)).toMatchObject([{}, { id: exit.id, status: 'intended' }]);
  using skipped = logOf(
    journal.intended(entry),
    journal.cancelIntended(entry, exit),
    journal.skipped(exit),
  );
  expect(readSignals(skipped.database)).toMatchObject([{}, { id: exit.id, status: 'skipped' }]);
});

test('orders from elsewhere are kept apart and followed to their end', () => {
  using temp = logOf(journal.adopted(entry));
  const order = {
    portfolio: 'paper',
    orderId: expect.any(String),
    venueOrderId: 'v-1',
    time: startMs + minute,
    venue: 'binance',
    symbol: 'BTC/USDT',
    side: 'buy',
    orderType: 'LIMIT',
    quantity: '2',
    limitPrice: '90',
    reduceOnly: true,
    status: 'open',
    statusTime: startMs + minute,
    filledQuantity: '0.25',
  };
  expect(readForeignOrders(temp.database)).toEqual([order]);
  expect(readForeignOrders(temp.database, { symbol: 'ETH/USDT' })).toEqual([]);
  expect(readOrders(temp.database)).toEqual([]);
  using ended = logOf(
    journal.adopted(entry),
    journal.filled(entry, { complete: false, filledQuantity: '1' }),
    journal.cancelled(entry),
    journal.adopted(exit),
    journal.filled(exit, { filledQuantity: '2' }),
  );
  expect(readForeignOrders(ended.database)).toMatchObject([
    { status: 'cancelled', filledQuantity: '0' },
    { status: 'filled', filledQuantity: '2', statusTime: startMs + 6 * minute },
  ]);
  expect(readFills(ended.database), 'they belong to no strategy').toEqual([]);
});

test('values, incidents and states are a history, instruments are as they stand', () => {
  using temp = logOf(
    journal.valued(1, '1000'),
    journal.valued(61, '1010.5'),
    journal.incident(2),
    journal.stateChanged(3, 'HALTED'),
    journal.stateChanged(4, 'ACTIVE'),
    journal.instrumentChanged(5, 'trading'),
    journal.instrumentChanged(6, 'halted'),
  );
  const portfolio = 'paper';
  expect(readEquity(temp.database, { portfolio })).toMatchObject([{ equity: '1000' }, {}]);
  expect(readEquity(temp.database, { from: startMs + 60 * minute })).toEqual([
    {
      portfolio,
      time: startMs + 61 * minute,
      cash: '900',
      equity: '1010.5',
      exposure: '100',
      peakEquity: '1100',
      dayStartEquity: '1000',
      dayStart: startMs,
    },
  ]);
  expect(readIncidents(temp.database, { portfolio })).toEqual([
    {
      portfolio,
      time: startMs + 2 * minute,
      kind: 'VENUE_UNREACHABLE',
      severity: 'warning',
      detail: 'for 31 s',
      venue: 'binance',
      symbol: null,
      orderId: null,
    },
  ]);
  expect(readTradingStates(temp.database, { portfolio, limit: 1 })).toEqual([
    {
      portfolio,
      time: startMs + 4 * minute,
      from: 'ACTIVE',
      to: 'ACTIVE',
      reason: 'holidays',
      author: 'anna',
      revision: 7,
    },
  ]);
  expect(readInstruments(temp.database, { portfolio })).toEqual([
    {
      portfolio,
      venue: 'binance',
      symbol: 'BTC/USDT',
      time: startMs + 6 * minute,
      status: 'halted',
      tickSize: '0.01',
      lotSize: null,
      minQuantity: null,
      maxQuantity: null,
      minNotional: '5',
    },
  ]);
});

test('a portfolio has the settings that hold', () => {
  using temp = logOf(journal.reconfigured(1, '250'));
  expect(readPortfolio(temp.database)).toMatchObject({
    settings: { stake: { value: '250' } },
    cash: '1000',
    decisionsVersion: 2,
  });
});

test('short positions and trades are told as such', () => {
  using temp = logOf(
    journal.positionChanged(entry, '1', '1099.8', 'short'),
    journal.closed(entry, exit, '-10', 'short'),
  );
  expect(readPositions(temp.database)).toMatchObject([{ side: 'short', quantity: '1' }]);
  expect(readTrades(temp.database)).toMatchObject([{ side: 'short', pnl: '-10' }]);
});
