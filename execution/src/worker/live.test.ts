import { Big, subjects, toTime } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandleEvent, aSignal, eventually, someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import {
  startBinanceDouble,
  type BinanceDouble,
} from '../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble } from '../testing/ccxt-on-double.ts';
import { systemClock } from '../clock.ts';
import { movedClock } from '../testing/clocks.ts';
import { journalOf, only } from '../testing/live-run.ts';
import { startExecution } from './execution.ts';

const settings = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  risk: { symbols: ['BTC/USDT'], maxPositions: 1, maxClockSkewMs: 2_000 },
});

function worker(
  bus: Bus,
  double: BinanceDouble,
  { name = 'one', change = {}, clock = systemClock } = {},
) {
  return startExecution({
    bus,
    portfolio: 'money',
    mode: 'live',
    settings: { ...settings, ...change },
    worker: name,
    log: createSilentLogger(),
    openBroker: () => openOnDouble(double, { settleMs: 200, pollMs: 100 }),
    clock,
  });
}

type Change = Parameters<typeof aSignal>[0];

async function signal(bus: Bus, id: string, { data = {}, ...change }: NonNullable<Change> = {}) {
  const time = toTime(Date.now());
  const made = aSignal({
    id,
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    ...change,
    data: {
      mode: 'live',
      referencePrice: { price: '50000', kind: 'last', time },
      ...data,
    },
  });
  const subject = subjects.signal(made.data);
  await bus.publish({ subject, id: made.id, body: JSON.stringify(made) });
}

const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;

async function candle(bus: Bus, price: number) {
  const openTime = Date.now() - 1_000;
  const event = aCandleEvent(
    { openTime, closeTime: Date.now() + 1, open: price, close: price },
    { tape: 'live' },
  );
  const subject = 'market.candle.binance.BTC-USDT.1m';
  await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
}

/** There is one order, and it works. */
function accepted(bus: Bus): Promise<void> {
  return eventually(async () => expect(await only(bus, 'order_accepted')).toHaveLength(1));
}

describe.concurrent('a live portfolio', () => {
  test('is compared with its venue, trades a signal, and is flat again', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    await signal(bus, 'in');
    await eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(1));
    await signal(bus, 'out', { data: exit });
    await eventually(async () => expect(await only(bus, 'trade_closed')).toHaveLength(1));
    const [closed] = await only(bus, 'trade_closed');
    expect(closed?.data).toMatchObject({ entryPrice: '50000', exitReason: 'signal' });
    expect(double.orders()).toMatchObject([
      { side: 'BUY', status: 'FILLED' },
      { side: 'SELL', status: 'FILLED' },
    ]);
    const types = (await journalOf(bus)).map(({ type }) => type);
    expect(types.indexOf('reconciliation_reported')).toBeLessThan(types.indexOf('order_intended'));
  });

  test('is flat when less than a lot is left, because the venue took its fee in base units', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double, {
      change: { stake: { kind: 'quote', value: '1234' } },
    });
    for (const round of ['1', '2']) {
      await signal(bus, `in-${round}`);
      const fills = 2 * Number(round);
      const filled = (count: number) =>
        eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(count));
      await filled(fills - 1);
      await signal(bus, `out-${round}`, { data: exit });
      await filled(fills);
    }
    const closed = await only(bus, 'trade_closed');
    expect(closed.map(({ data }) => data.quantity)).toEqual(['0.02465', '0.02465']);
    const last = (await only(bus, 'position_changed')).at(-1);
    expect(last?.data).toMatchObject({ side: 'flat', quantity: '0' });
  });

  test('finds its order again when the answer was lost, and orders nothing twice', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    double.fault({ kind: 'lost_answer', on: 'POST /api/v3/order' });
    await signal(bus, 'in');
    await eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(1));
    expect(double.orders()).toHaveLength(1);
    expect(await only(bus, 'order_intended')).toHaveLength(1);
  });

  test('sends another order only once it is certain that the first never arrived', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    double.fault({ kind: 'lost_request', on: 'POST /api/v3/order' });
    await signal(bus, 'in');
    await eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(1));
    expect(double.orders()).toHaveLength(1);
    const intents = await only(bus, 'order_intended');
    expect(intents.map(({ data }) => data.attempt ?? 1)).toEqual([1, 2]);
    expect(await only(bus, 'order_cancelled')).toMatchObject([{ data: { reason: 'NOT_SENT' } }]);
  });

  test('is stopped out by an order that execution holds', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    await signal(bus, 'in', { data: { stopLoss: { price: '49000' } } });
    await eventually(async () =>
      expect(await only(bus, 'order_accepted')).toMatchObject([
        {},
        { data: { venueOrderId: 'held' } },
      ]),
    );
    expect(double.orders(), 'the stop is not at the venue').toHaveLength(1);
    double.setPrice('BTCUSDT', '48900');
    await candle(bus, 48_900);
    await eventually(async () => expect(await only(bus, 'trade_closed')).toHaveLength(1));
    expect((await only(bus, 'trade_closed'))[0]?.data.exitReason).toBe('stop_loss');
    expect(double.balanceOf('BTC').free, 'what was there before').toBe('1.00000000');
  });

  test('takes an entry that works until a time back then', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    const later = { laterMs: 0 };
    await using _worker = worker(bus, double, { clock: movedClock(later) });
    await signal(bus, 'in', {
      data: { entry: { type: 'limit', limitPrice: '40000', timeInForce: 'GTD' } },
    });
    await accepted(bus);
    later.laterMs = 60_000;
    await eventually(async () => expect(await only(bus, 'order_cancelled')).toHaveLength(1));
    expect(double.orders()).toMatchObject([{ timeInForce: 'GTC', status: 'CANCELED' }]);
    const [intent] = await only(bus, 'order_intended');
    const [cancel] = await only(bus, 'order_cancel_intended');
    const [end] = await only(bus, 'order_cancelled');
    expect(cancel?.time, 'not before its time').toSatisfy(
      (time) => time >= (intent?.data.expiryTime ?? ''),
    );
    expect(end?.data).toMatchObject({ reason: 'TIME_IN_FORCE', detail: 'its time was over' });
  });

  test('enters by a stop that execution holds until the price is there', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    await signal(bus, 'in', { data: { entry: { type: 'stop', stopPrice: '51000' } } });
    await eventually(async () =>
      expect(await only(bus, 'order_accepted')).toMatchObject([{ data: { venueOrderId: 'held' } }]),
    );
    expect(double.orders()).toEqual([]);
    double.setPrice('BTCUSDT', '51100');
    await candle(bus, 51_100);
    await eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(1));
    expect(double.orders()).toMatchObject([{ side: 'BUY', type: 'MARKET', status: 'FILLED' }]);
  });

  test('takes an entry that it holds back when its signal expires', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    const later = { laterMs: 0 };
    await using _worker = worker(bus, double, { clock: movedClock(later) });
    await signal(bus, 'in', { data: { entry: { type: 'stop', stopPrice: '51000' } } });
    await accepted(bus);
    later.laterMs = 60_000;
    await eventually(async () => expect(await only(bus, 'order_cancelled')).toHaveLength(1));
    expect(await only(bus, 'order_accepted')).toHaveLength(1);
    expect(double.orders()).toEqual([]);
  });

  test('adopts an order of somebody else and leaves it alone', async () => {
    await using double = await startBinanceDouble();
    const other = await openOnDouble(double, {});
    await other.place(anOrder({ id: 'byhand1', type: 'limit', limitPrice: '40000' }));
    await other[Symbol.asyncDispose]();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    await eventually(async () => expect(await only(bus, 'order_adopted')).toHaveLength(1));
    expect(double.orders()).toMatchObject([{ status: 'NEW' }]);
  });

  test('says so and trades nothing while its venue is away, and goes on when it is back', async () => {
    const first = await startBinanceDouble();
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, first);
    await signal(bus, 'in');
    await eventually(async () =>
      expect(await only(bus, 'incident_reported')).toMatchObject([
        { data: { kind: 'VENUE_UNREACHABLE' } },
      ]),
    );
    expect(await only(bus, 'order_intended')).toEqual([]);
    await using double = await startBinanceDouble({ port });
    await eventually(async () => expect(await only(bus, 'order_filled')).toHaveLength(1));
    expect(double.orders()).toHaveLength(1);
  });

  test('takes no entries while the clocks disagree', async () => {
    await using double = await startBinanceDouble();
    double.setClockOffset(10_000);
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    await signal(bus, 'in');
    await eventually(async () =>
      expect(await only(bus, 'signal_skipped')).toMatchObject([{ data: { reason: 'CLOCK_SKEW' } }]),
    );
    expect(await only(bus, 'incident_reported')).toMatchObject([{ data: { kind: 'CLOCK_SKEW' } }]);
  });

  test('takes no entries in an instrument that the venue has closed', async () => {
    await using double = await startBinanceDouble();
    double.setStatus('BTCUSDT', 'BREAK');
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using _worker = worker(bus, double);
    await signal(bus, 'in');
    await eventually(async () =>
      expect(await only(bus, 'signal_skipped')).toMatchObject([
        { data: { reason: 'INSTRUMENT_CLOSED' } },
      ]),
    );
  });

  test('does not start with keys that the venue refuses', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    const wrong = { ...double, key: { apiKey: 'wrong', secret: 'wrong' } };
    await using refused = worker(bus, wrong);
    await expect(refused.finished).rejects.toMatchObject({ name: 'UserError' });
  });

  test('does not start without knowing its symbols', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    await using refused = worker(bus, double, { change: { risk: {} } });
    await expect(refused.finished).rejects.toThrow(/say which symbols it trades/);
  });

  test('is flat again where the venue keeps its fee in what was bought', async () => {
    await using double = await startBinanceDouble();
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    const stake = { kind: 'quote', value: '617' } as const;
    await using _worker = worker(bus, double, { change: { stake } });
    for (const round of [1, 2]) {
      await signal(bus, `in-${round}`);
      await eventually(async () =>
        expect(await only(bus, 'order_filled')).toHaveLength(2 * round - 1),
      );
      await signal(bus, `out-${round}`, { data: exit });
      await eventually(async () => expect(await only(bus, 'trade_closed')).toHaveLength(round));
    }
    const trades = await only(bus, 'trade_closed');
    const pnl = trades.reduce((sum, { data }) => sum.plus(data.pnl), new Big('0'));
    const changes = await only(bus, 'position_changed');
    expect(pnl.toFixed(), 'what is left over counts as lost').toBe(
      new Big(changes.at(-1)?.data.cash ?? '0').minus(settings.cash).toFixed(),
    );
    expect(await only(bus, 'signal_skipped')).toEqual([]);
    expect(Number(double.balanceOf('BTC').free), 'less than a lot each time').toBeGreaterThan(1);
    expect(Number(double.balanceOf('BTC').free)).toBeLessThan(1.00002);
  });

  test('three workers and a crowd of signals make one order each', async () => {
    await using double = await startBinanceDouble({ balances: { USDT: '100000', BTC: '0' } });
    const server = createMemoryServer({ drainTimeoutMs: 1 });
    await using bus = server.connect();
    await using _one = worker(server.connect(), double, { name: 'one' });
    await using _two = worker(server.connect(), double, { name: 'two' });
    await using _three = worker(server.connect(), double, { name: 'three' });
    for (let round = 0; round < 3; round++) {
      await signal(bus, `in ${round}`.replace(' ', '-'));
      await signal(bus, `out ${round}`.replace(' ', '-'), { data: exit });
    }
    await eventually(async () => expect(await only(bus, 'trade_closed')).toHaveLength(3));
    expect(double.orders()).toHaveLength(6);
    expect(new Set(double.orders().map(({ clientOrderId }) => clientOrderId)).size).toBe(6);
  });
});
