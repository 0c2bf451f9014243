import { toTime, tradingStateBucket, type TradingState } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { eventually, startTestNats, someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { startBinanceDouble } from '../testing/binance-double/binance-double.ts';
import { candle, liveSignal, only, publish, seen, startLiveWorker } from '../testing/live-run.ts';

const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;
const manual = { ...exit, strategy: 'manual' } as const;

/** What a person wants, as the command writes it down. */
async function want(
  bus: Bus,
  state: TradingState,
  { timeMs = Date.now(), portfolio = 'money' } = {},
): Promise<void> {
  const entry = { state, reason: 'told so', author: 'ann', time: toTime(timeMs) };
  await (await bus.bucket(tradingStateBucket)).put(portfolio, JSON.stringify(entry));
}

async function reasonsOf(bus: Bus): Promise<string[]> {
  return (await only(bus, 'signal_skipped')).map(({ data }) => `${data.signalId} ${data.reason}`);
}

describe.concurrent('a halt', () => {
  test('while an order is on its way takes back what is not there, and books what is', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = startLiveWorker({ bus, double });
    await seen(bus, 'reconciliation_reported');
    double.fault({ on: 'POST /api/v3/order', kind: 'late_answer', ms: 800 });
    await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
    await seen(bus, 'order_intended');
    await want(bus, 'HALTED');
    await seen(bus, 'trading_state_changed');
    await seen(bus, 'position_changed');
    expect(double.orders()).toMatchObject([{ side: 'BUY', status: 'FILLED' }]);
    await publish(bus, liveSignal('out', exit));
    await eventually(async () => expect(await reasonsOf(bus)).toEqual(['out HALTED']));
    // What protects goes on, and a person may leave.
    const intents = await seen(bus, 'order_intended', 2);
    expect(intents.at(-1)?.data.role).toBe('stop_loss');
    await want(bus, 'ACTIVE');
    await seen(bus, 'trading_state_changed', 2);
    await publish(bus, liveSignal('out-2', exit));
    await seen(bus, 'trade_closed');
    expect(double.orders()).toHaveLength(2);
  });

  test('whose order never arrived ends it, and after the resume nothing comes of it', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = startLiveWorker({ bus, double });
    await seen(bus, 'reconciliation_reported');
    double.fault({ on: 'POST /api/v3/order', kind: 'lost_request' });
    await publish(bus, liveSignal('in'));
    await seen(bus, 'order_intended');
    await want(bus, 'HALTED');
    await seen(bus, 'order_cancelled');
    await want(bus, 'ACTIVE');
    await seen(bus, 'trading_state_changed', 2);
    await publish(bus, liveSignal('next'));
    await seen(bus, 'order_filled');
    expect(double.orders()).toHaveLength(1);
  });
});

test.concurrent('a panic while the exchange is away is carried out when it is back', async () => {
  const first = await startBinanceDouble();
  const port = Number(new URL(first.url).port);
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using _worker = startLiveWorker({ bus, double: first, compareEveryMs: 500 });
  await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
  await seen(bus, 'order_accepted', 2);
  const [entry] = first.orders();
  await first[Symbol.asyncDispose]();
  await want(bus, 'HALTED');
  await publish(bus, liveSignal('panic', manual));
  await seen(bus, 'order_intended', 3);
  // The same account, as far as this order goes.
  await using double = await startBinanceDouble({
    port,
    balances: { USDT: '9000', BTC: '1.01998' },
  });
  await seen(bus, 'trade_closed');
  expect(entry).toMatchObject({ side: 'BUY', status: 'FILLED' });
  expect(double.orders()).toMatchObject([{ side: 'SELL', status: 'FILLED' }]);
  expect((await only(bus, 'trade_closed'))[0]?.data.exitReason).toBe('manual');
});

const careful = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  risk: { symbols: ['BTC/USDT'], maxDrawdownRatio: 0.01 },
});

describe.concurrent('a breaker', () => {
  test('that three workers see trips once and is written down once', async () => {
    await using double = await startBinanceDouble();
    const server = createMemoryServer({ drainTimeoutMs: 1 });
    await using bus = server.connect();
    const names = ['one', 'two', 'three'];
    const workers = names.map((name) =>
      startLiveWorker({ bus: server.connect(), double, name, settings: careful }),
    );
    const bucket = await bus.bucket(tradingStateBucket);
    const entries: string[] = [];
    const watching = bucket.watch().subscribe(({ value = '' }) => entries.push(value));
    await publish(bus, liveSignal('in'));
    await seen(bus, 'order_filled');
    double.setPrice('BTCUSDT', '46000');
    await candle(bus, 46_000);
    await seen(bus, 'incident_reported');
    await eventually(() => expect(entries).not.toEqual([]));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(entries.map((text) => JSON.parse(text))).toMatchObject([
      { state: 'REDUCING', author: 'breaker' },
    ]);
    expect(await only(bus, 'trading_state_changed')).toHaveLength(1);
    watching.unsubscribe();
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  test('is not lifted by a wish that is older than it', async () => {
    await using double = await startBinanceDouble();
    const server = createMemoryServer({ drainTimeoutMs: 1 });
    await using bus = server.connect();
    {
      await using _first = startLiveWorker({ bus: server.connect(), double, settings: careful });
      await publish(bus, liveSignal('in'));
      await seen(bus, 'order_filled');
      await candle(bus, 46_000);
      await seen(bus, 'trading_state_changed');
    }
    await want(bus, 'ACTIVE', { timeMs: Date.now() - 600_000 });
    await using _second = startLiveWorker({ bus: server.connect(), double, settings: careful });
    await publish(bus, liveSignal('out', exit));
    await seen(bus, 'trade_closed');
    await publish(bus, liveSignal('again'));
    await eventually(async () => expect(await reasonsOf(bus)).toEqual(['again REDUCING_ONLY']));
    await want(bus, 'ACTIVE');
    await seen(bus, 'trading_state_changed', 2);
    await publish(bus, liveSignal('after'));
    await seen(bus, 'order_intended', 3);
  });
});

describe.concurrent('a trading state that cannot be read', () => {
  test('stops entries and no exits, and all goes on once it can be', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = startLiveWorker({ bus, double });
    await publish(bus, liveSignal('in'));
    await seen(bus, 'order_filled');
    const bucket = await bus.bucket(tradingStateBucket);
    await bucket.put('money', '{"state":"SLEEPING"');
    await publish(bus, liveSignal('out', exit));
    await seen(bus, 'trade_closed');
    await publish(bus, liveSignal('again'));
    const [skipped] = await seen(bus, 'signal_skipped');
    expect(skipped?.data).toMatchObject({
      reason: 'HALTED',
      detail: expect.stringMatching(/read/),
    });
    await bucket.delete('money');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await publish(bus, liveSignal('after'));
    await seen(bus, 'order_filled', 3);
  });

  test('because its bucket was deleted holds as the journal has it, and a new bucket is followed', async () => {
    await using nats = await startTestNats();
    await using double = await startBinanceDouble();
    await using bus = await nats.connect();
    await using workerBus = await nats.connect();
    await using _worker = startLiveWorker({ bus: workerBus, double });
    await publish(bus, liveSignal('in'));
    await seen(bus, 'order_filled');
    await want(bus, 'HALTED');
    await seen(bus, 'trading_state_changed');
    await bus.request(`$JS.API.STREAM.DELETE.KV_${tradingStateBucket}`, '');
    await publish(bus, liveSignal('again'));
    await eventually(async () => expect(await reasonsOf(bus)).toHaveLength(1));
    expect(await reasonsOf(bus)).toEqual(['again HALTED']);
    // It is another bucket, which counts from the start and tells nobody of the old one.
    await want(bus, 'ACTIVE');
    await seen(bus, 'trading_state_changed', 2);
  });
});
