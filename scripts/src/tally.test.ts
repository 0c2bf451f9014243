import { JournalEvent, type JournalEventType } from '@heliograph/contracts';
import { draftOf } from '@heliograph/execution';
import { expect, test } from 'vitest';
import { createTally, type Tally } from './tally.ts';

const startMs = Date.UTC(2026, 0, 5);
const market = { venue: 'binance', symbol: 'BTC/USDT' };
const signal = { ...market, signalId: 's1', strategy: 'sma', intent: 'enter', side: 'sell' };
const order = {
  ...signal,
  orderId: 'o1',
  orderType: 'market',
  size: { kind: 'base', quantity: '2' },
  reduceOnly: false,
  expiryTime: '2026-01-06T00:00:00.000Z',
  referencePrice: '100',
  reasons: [],
};
const position = {
  ...market,
  side: 'short',
  quantity: '2',
  averageEntryPrice: '100',
  realisedPnl: '-0.2',
  cash: '1199.8',
  orderId: 'o1',
};

/** A tally of journal events of those types and data, a minute from one to the next. */
function tallyOf(...events: readonly (readonly [JournalEventType, object])[]): Tally {
  const tally = createTally();
  for (const [index, [type, data]] of events.entries()) {
    const time = new Date(startMs + index * 60_000).toISOString();
    const envelope = { specversion: '1.0', source: 'test', subject: 'x', correlationid: 'x' };
    const times = { time, recordedtime: time };
    tally.add(draftOf(JournalEvent.parse({ ...envelope, ...times, id: `${index}`, type, data })));
  }
  return tally;
}

function marked(price: string): readonly [JournalEventType, object] {
  const positions = [{ ...market, quantity: '2', price }];
  return ['portfolio_marked', { tape: 't', candles: 3, cash: '1', equity: '1', positions }];
}

test('counts every order, and each signal that became one or more once', () => {
  const stop = {
    ...order,
    orderId: 'stop',
    role: 'stop_loss',
    orderType: 'stop',
    stopPrice: '110',
  };
  const tally = tallyOf(
    ['order_intended', order],
    ['order_intended', { ...order, orderId: 'o2', role: 'entry', attempt: 2 }],
    ['order_intended', stop],
    ['order_intended', { ...stop, orderId: 'again', attempt: 2 }],
    ['order_intended', { ...order, signalId: 's2', orderId: 'out', role: 'exit' }],
    ['order_intended', { ...order, signalId: 's2', orderId: 'in', role: 'entry' }],
  );
  expect(tally).toMatchObject({ orders: 6, executed: 2 });
});

test('counts a signal that only took orders back apart from those that became orders', () => {
  const { signalId: _, ...facts } = signal;
  const back = { ...facts, reason: 'CANCEL_REQUESTED', detail: '', orderId: 'o1' };
  const tally = tallyOf(
    ['order_intended', { ...order, side: 'buy' }],
    ['order_cancel_intended', { ...back, signalId: 's2' }],
    ['order_cancel_intended', { ...back, signalId: 's2', orderId: 'o2' }],
    ['order_cancel_intended', { ...back, signalId: 's3' }],
    ['order_intended', { ...order, signalId: 's3', orderId: 'out', role: 'exit' }],
    ['order_cancel_intended', { ...back, signalId: 's3', orderId: 'o3' }],
    ['order_cancel_intended', back],
    skip('LEVERAGE'),
  );
  expect(tally).toMatchObject({ executed: 2, cancels: 1, skippedCount: 1 });
});

function skip(reason: string): readonly [JournalEventType, object] {
  return ['signal_skipped', { ...signal, reason, detail: '' }];
}

test('counts skipped signals by whatever reason there is', () => {
  const tally = tallyOf(skip('LEVERAGE'), skip('SPREAD'), skip('LEVERAGE'));
  expect(tally).toMatchObject({ skipped: { LEVERAGE: 2, SPREAD: 1 }, skippedCount: 3 });
});

test('a short that is open at the end has gained what the price has fallen', () => {
  expect(tallyOf(['position_changed', position], marked('90')).marked?.openPositions).toEqual([
    {
      symbol: 'BTC/USDT',
      side: 'short',
      entryTime: startMs,
      entryPrice: '100',
      quantity: '2',
      markPrice: '90',
      unrealisedPnl: '19.8',
    },
  ]);
  expect(tallyOf(['position_changed', position], marked('110')).marked).toMatchObject({
    openPositions: [{ unrealisedPnl: '-20.2' }],
  });
});

test.each([
  ['turns round in one fill begins anew', { side: 'long' }, startMs + 60_000],
  ['grows is as old as it was', { quantity: '3' }, startMs],
])('a position that %s', (_, change, entryTime) => {
  const changed = { ...position, ...change };
  const tally = tallyOf(
    ['position_changed', position],
    ['position_changed', changed],
    marked('100'),
  );
  expect(tally.marked?.openPositions).toMatchObject([{ entryTime }]);
});

test('a closed short is listed with its result', () => {
  const trade = {
    ...market,
    tradeId: 't1',
    strategy: 'sma',
    side: 'short',
    quantity: '2',
    entryTime: '2026-01-05T00:00:00.000Z',
    entryPrice: '100',
    exitTime: '2026-01-05T00:05:00.000Z',
    exitPrice: '90',
    fees: '0.4',
    pnl: '19.6',
    returnRatio: 0.098,
    exitReason: 'take_profit',
    entrySignalId: 's1',
    exitSignalId: 's1',
  };
  const tally = tallyOf(['trade_closed', trade]);
  expect(tally.trades).toMatchObject([{ side: 'short', pnl: '19.6', exitReason: 'take_profit' }]);
  expect(tally.realisedPnl.toFixed()).toBe('19.6');
});
