import { JournalEvent, type Candle } from '@heliograph/contracts';
import { aCandle, someSettings } from '@heliograph/contracts/testing';
import { draftOf, type Draft } from '@heliograph/execution';
import { expect, test } from 'vitest';
import { createLedger } from './ledger.ts';
import { createRunRecorder, type RunObserver, type Standing } from './run-recorder.ts';

const market = { venue: 'binance', symbol: 'BTC/USDT' };
const start = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;

function candle(minute: number, [low, high, close]: readonly [number, number, number]): Candle {
  return aCandle({ at: minute - 1, low, high, open: close, close });
}

function event(type: string, data: object): Draft {
  const time = new Date(start).toISOString();
  const envelope = { specversion: '1.0', id: 'x', source: 'test', subject: 'x' };
  const times = { time, recordedtime: time, correlationid: 'x' };
  return draftOf(JournalEvent.parse({ ...envelope, ...times, type, data: { ...market, ...data } }));
}

function fill(side: 'buy' | 'sell', price: string): Draft {
  return event('order_filled', {
    orderId: side,
    fillId: price,
    side,
    quantity: '2',
    price,
    fee: '1',
    liquidity: 'taker',
    filledQuantity: '2',
    complete: true,
    slippageBps: 0,
  });
}

function intended(side: 'buy' | 'sell', referencePrice: string): Draft {
  return event('order_intended', {
    signalId: side,
    strategy: 'sma',
    intent: 'enter',
    side,
    orderId: side,
    orderType: 'market',
    size: { kind: 'base', quantity: '2' },
    reduceOnly: false,
    expiryTime: '2026-01-06T00:00:00.000Z',
    referencePrice,
    reasons: [],
  });
}

function closed(side: 'long' | 'short', entryPrice: string, exitPrice: string): Draft {
  const time = new Date(start).toISOString();
  return event('trade_closed', {
    tradeId: 't',
    strategy: 'sma',
    side,
    quantity: '2',
    entryTime: time,
    entryPrice,
    exitTime: time,
    exitPrice,
    fees: '2',
    pnl: '0',
    returnRatio: 0,
    exitReason: 'signal',
    entrySignalId: 'a',
    exitSignalId: 'b',
  });
}

/** Candles, and before the account values each what has happened in it. */
function historyOf(
  steps: readonly (readonly [prices: readonly [number, number, number], ...events: Draft[]])[],
  observer?: RunObserver,
) {
  const ledger = createLedger('1000');
  const recorder = createRunRecorder({
    settings: someSettings({ cash: '1000' }),
    account: ledger,
    observer,
  });
  for (const [at, [prices, ...events]] of steps.entries()) {
    const played = candle(at + 1, prices);
    recorder.beforePrice(played.closeTime);
    for (const each of events) {
      if (each.type === 'order_filled') ledger.onFill(each.data);
      recorder.onEvent(each);
    }
    ledger.onClose(played);
    recorder.afterCandle(played);
  }
  recorder.end();
  return recorder.history();
}

test('an account is valued at the close of each candle, long and short', () => {
  const standings: Standing[] = [];
  const observer = {
    onCandle: () => undefined,
    onStanding: (standing: Standing) => void standings.push(standing),
  };
  const { equity, buyAndHoldRatio, costs } = historyOf(
    [
      [[99, 101, 100]],
      [[100, 120, 110], intended('buy', '99'), fill('buy', '100')],
      [[90, 110, 100], intended('sell', '101'), fill('sell', '100')],
      [[70, 130, 80], intended('sell', '100'), fill('sell', '100')],
      [[100, 100, 100], intended('buy', '100'), fill('buy', '90')],
    ],
    observer,
  );
  const equities = standings.map((standing) => standing.equity);
  expect(equities).toEqual([1000, 1019, 998, 1037, 1016]);
  expect(standings.map(({ drawdownRatio }) => drawdownRatio)).toEqual([
    0,
    0,
    (1019 - 998) / 1019,
    0,
    (1037 - 1016) / 1037,
  ]);
  expect(standings.at(-1)).toMatchObject({ buyAndHoldRatio: 0, timeMs: start + 5 * minuteMs });
  expect(equity).toMatchObject({ valuations: 5, held: 2, lastTime: start + 5 * minuteMs });
  expect(equity.drawdowns).toMatchObject({ count: 2, maxDrawdown: '21', peakEquity: '1037' });
  expect(buyAndHoldRatio).toBe(0);
  expect(costs).toEqual({
    boughtNotional: '380',
    soldNotional: '400',
    feesPaid: '4',
    // (100 - 99) * 2, (101 - 100) * 2, 0, (90 - 100) * 2
    slippagePaid: '-16',
  });
});

test('where a trailing stop began is no price that its fill slipped from', () => {
  const trailing = (side: 'buy' | 'sell') => {
    const order = intended(side, '95');
    if (order.type !== 'order_intended') throw new Error('no order');
    return { ...order, data: { ...order.data, orderType: 'trailing_stop' as const } };
  };
  const entry = [intended('buy', '100'), fill('buy', '101')];
  const followed = historyOf([
    [[99, 101, 100]],
    [[100, 140, 130], ...entry, trailing('sell')],
    [[120, 130, 120], fill('sell', '125')],
  ]);
  expect(followed.costs.slippagePaid, 'that of the entry').toBe('2');
  const triggered = event('order_triggered', { orderId: 'sell', side: 'sell', price: '126' });
  const held = historyOf([
    [[99, 101, 100]],
    [[100, 140, 130], ...entry, trailing('sell')],
    [[120, 130, 120], triggered, fill('sell', '125')],
  ]);
  expect(held.costs.slippagePaid).toBe('4');
});

test('an excursion is of the candles at whose closes the position was held, and of its exit', () => {
  const { excursions } = historyOf([
    [[90, 120, 100], fill('buy', '100')],
    [[85, 110, 100]],
    // The candle of the exit: its low comes after the exit, or before; nobody knows.
    [[1, 125, 100], fill('sell', '122'), closed('long', '100', '122')],
    [[80, 110, 100], fill('sell', '100')],
    [[1, 1000, 100], fill('buy', '105'), closed('short', '100', '105')],
    // In and out within one candle.
    [[1, 1000, 100], fill('buy', '100'), fill('sell', '95'), closed('long', '100', '95')],
  ]);
  expect(excursions).toEqual([
    { maeRatio: expect.closeTo(-0.15, 12), mfeRatio: expect.closeTo(0.22, 12) },
    { maeRatio: expect.closeTo(-0.1, 12), mfeRatio: expect.closeTo(0.2, 12) },
    { maeRatio: expect.closeTo(-0.05, 12), mfeRatio: 0 },
  ]);
});
