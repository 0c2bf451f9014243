import { TransientError } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { eventually, someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { movedClock } from '../testing/clocks.ts';
import type { Broker, OrderReference } from '../brokers/broker.ts';
import {
  startBinanceDouble,
  type BinanceDouble,
} from '../testing/binance-double/binance-double.ts';
import { candle, liveSignal, only, publish, startLiveWorker } from '../testing/live-run.ts';

const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;
const eth = { symbol: 'ETH/USDT', referencePrice: { price: '2500', kind: 'last', time: '' } };
const settings = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  risk: { symbols: ['BTC/USDT', 'ETH/USDT'] },
});

/** A worker whose venue can be made to say nothing of some orders; placing and taking back works. */
function startWorker(bus: Bus, double: BinanceDouble) {
  const it: {
    isSilent: (order: OrderReference) => boolean | 'hangs';
    hangs: boolean;
    laterMs: number;
  } = { isSilent: () => false, hangs: false, laterMs: 0 };
  const hang = async (): Promise<void> => {
    if (it.hangs) await new Promise((resolve) => setTimeout(resolve, 5_000));
    if (it.hangs) throw new TransientError('VENUE_NO_ANSWER', 'no answer in time');
  };
  const ask = async (order: OrderReference | undefined): Promise<void> => {
    const silent = order && it.isSilent(order);
    if (silent === 'hangs') await new Promise((resolve) => setTimeout(resolve, 5_000));
    if (silent) throw new TransientError('VENUE_NO_ANSWER', 'nonsense');
  };
  const silenced = (broker: Broker): Broker => ({
    ...broker,
    async refresh(orders) {
      for (const order of orders) await ask(order);
      await broker.refresh(orders);
    },
    async reportsOf(order) {
      await ask(order);
      return broker.reportsOf(order);
    },
    async instruments(symbols) {
      await hang();
      return broker.instruments(symbols);
    },
    async openOrders(symbols) {
      await hang();
      return broker.openOrders(symbols);
    },
    async abandon(order, why) {
      await ask(order);
      return broker.abandon(order, why);
    },
  });
  const worker = startLiveWorker({
    bus,
    double,
    settings,
    compareEveryMs: 500,
    clock: movedClock(it),
    opened: async (open) => silenced(await open()),
  });
  return {
    /** So much time has passed. */
    later: (ms: number) => void (it.laterMs = ms),
    hang: () => void (it.hangs = true),
    silence: (isSilent: typeof it.isSilent) => void (it.isSilent = isSilent),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}

async function ethSignal(bus: Bus, id: string, data: object = {}): Promise<void> {
  const time = new Date().toISOString();
  const referencePrice = { ...eth.referencePrice, time };
  await publish(bus, liveSignal(id, { ...eth, referencePrice, ...data }));
}

/** BTC held with its stop here, and a limit order for ETH that waits at the venue. */
async function begin(bus: Bus, double: BinanceDouble): Promise<void> {
  await ethSignal(bus, 'eth', { entry: { type: 'limit', limitPrice: '2000' } });
  await eventually(() => expect(double.orders()).toHaveLength(1));
  await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
  await eventually(async () => {
    const accepted = await only(bus, 'order_accepted');
    expect(accepted.map(({ data }) => data.venueOrderId)).toContain('held');
  });
}

function sold(double: BinanceDouble, symbol: string): boolean {
  return double.orders().some((order) => order['side'] === 'SELL' && order['symbol'] === symbol);
}

describe.concurrent('an order of which the venue says nothing', () => {
  test.each([true, 'hangs'] as const)('keeps no stop from going out (%s)', async (how) => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using worker = startWorker(bus, double);
    await begin(bus, double);
    worker.silence(() => how);
    double.setPrice('BTCUSDT', '48900');
    await candle(bus, 48_900);
    await eventually(() => expect(sold(double, 'BTCUSDT')).toBe(true));
    expect(await only(bus, 'order_triggered')).toHaveLength(1);
  });

  test('nor does a venue that answers nothing in time', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using worker = startWorker(bus, double);
    await begin(bus, double);
    worker.silence(() => 'hangs');
    worker.hang();
    // Whatever is asked now and then is on its way by now.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    double.setPrice('BTCUSDT', '48900');
    await candle(bus, 48_900);
    await eventually(() => expect(sold(double, 'BTCUSDT')).toBe(true));
  });

  test('holds up its own instrument only, and a person hears of it', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using worker = startWorker(bus, double);
    await begin(bus, double);
    worker.silence(({ symbol }) => symbol === 'ETH/USDT');
    await publish(bus, liveSignal('out', exit));
    await eventually(async () => expect(await only(bus, 'trade_closed')).toHaveLength(1));
    await ethSignal(bus, 'more', { strategy: 'other' });
    await eventually(async () => {
      const skips = (await only(bus, 'signal_skipped')).map(({ data }) => data);
      expect(skips).toMatchObject([{ reason: 'ORDER_PENDING', symbol: 'ETH/USDT' }]);
      const told = (await only(bus, 'incident_reported')).map(({ data }) => data);
      expect(told).toMatchObject([
        { kind: 'VENUE_UNREACHABLE', detail: expect.stringMatching(/^no answer about order h/) },
      ]);
    });
    // Whoever begins then does not wait for it either.
    await using _second = startLiveWorker({ bus, double, settings, name: 'two' });
    worker.silence(() => false);
    await ethSignal(bus, 'last', { ...exit });
    await eventually(async () => {
      const cancelled = (await only(bus, 'order_cancelled')).map(({ data }) => data.symbol);
      expect(cancelled).toContain('ETH/USDT');
    });
  });

  test('an exit of its instrument takes it back and leaves with what is held, once', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using worker = startWorker(bus, double);
    await publish(bus, liveSignal('in'));
    await eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(1));
    const more = { intent: 'increase', entry: { type: 'limit', limitPrice: '40000' } };
    await publish(bus, liveSignal('more', more));
    await eventually(() => expect(double.orders()).toHaveLength(2));
    await eventually(async () => {
      expect(await only(bus, 'order_accepted')).toHaveLength(2);
    });
    worker.silence(() => true);
    await publish(bus, liveSignal('out', exit));
    await eventually(() => expect(sold(double, 'BTCUSDT')).toBe(true));
    // Nobody knows yet what became of it: another one would sell twice.
    await publish(bus, liveSignal('again', exit));
    await eventually(async () => {
      const [skipped] = await only(bus, 'signal_skipped');
      expect(skipped?.data).toMatchObject({ reason: 'ORDER_PENDING' });
    });
    expect(double.orders().filter((order) => order['side'] === 'SELL')).toHaveLength(1);
    worker.silence(() => false);
    await eventually(async () => expect(await only(bus, 'trade_closed')).toHaveLength(1));
    await eventually(async () => {
      expect(await only(bus, 'order_cancelled')).toHaveLength(1);
    });
  });
});

test.concurrent('an exchange that goes away is told while the outcome of an order is unknown', async () => {
  const double = await startBinanceDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using worker = startWorker(bus, double);
  await eventually(async () => {
    expect(await only(bus, 'reconciliation_reported')).toHaveLength(1);
  });
  double.fault({ kind: 'lost_answer', on: 'POST /api/v3/order', hiddenMs: 600_000 });
  await publish(bus, liveSignal('in'));
  await eventually(async () => expect(await only(bus, 'order_unknown')).toHaveLength(1));
  // It was seen to be unsent, and is to be given up by now, which needs an answer.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  worker.later(35_000);
  await double[Symbol.asyncDispose]();
  await eventually(async () => {
    const told = (await only(bus, 'incident_reported')).map(({ data }) => data.kind);
    expect(told).toEqual(['VENUE_UNREACHABLE']);
  });
});
