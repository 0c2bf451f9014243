import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { startBinanceDouble } from '../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble } from '../testing/ccxt-on-double.ts';
import {
  candle,
  fold,
  journalOf,
  liveSignal,
  only,
  publish,
  seen,
  startLiveWorker,
} from '../testing/live-run.ts';

const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;

function memoryBus(): Bus {
  return createMemoryServer({ drainTimeoutMs: 1 }).connect();
}

function recorder() {
  const lines: { level: number; msg: string; err?: { message: string } }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { log: createLogger({ name: 'execution', destination }), lines };
}

describe.concurrent('an exchange that is away when a worker starts', () => {
  test('is one line each in the log and one incident, and its signals wait', async () => {
    const first = await startBinanceDouble();
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await using bus = memoryBus();
    const { log, lines } = recorder();
    await using _worker = startLiveWorker({ bus, double: first, log });
    await publish(bus, liveSignal('in'));
    await seen(bus, 'incident_reported');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await only(bus, 'incident_reported')).toMatchObject([
      {
        data: {
          kind: 'VENUE_UNREACHABLE',
          detail: expect.stringMatching(
            /^binance: binance GET \S+ fetch failed: connect ECONNREFUSED \S+$/,
          ),
        },
      },
    ]);
    await using double = await startBinanceDouble({ port });
    await seen(bus, 'order_filled');
    await eventually(() => {
      expect(lines.map(({ msg }) => msg).toSorted()).toEqual([
        'taking trade_signal.sma-cross.binance.BTC-USDT: tried again until it works',
        'taking trade_signal.sma-cross.binance.BTC-USDT: works again',
        'venue: tried again until it works',
        'venue: works again',
      ]);
    });
    expect(double.orders()).toHaveLength(1);
  });
});

describe.concurrent('keys', () => {
  test.each([
    ['that are wrong', { apiKey: 'wrong', secret: 'wrong' }],
    ['that may only read', undefined],
  ])('%s stop the worker with a sentence', async (_what, key) => {
    await using double = await startBinanceDouble();
    await using bus = memoryBus();
    await using refused = startLiveWorker({
      bus,
      double: { url: double.url, key: key ?? double.readOnlyKey },
    });
    await expect(refused.finished).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringMatching(
        /^binance does not accept the API key \(.*\): check that key and secret belong together, that the key may read and trade spot/,
      ),
    });
    expect(double.orders()).toEqual([]);
  });
});

test.concurrent('a clock that is 10 s off is told with its figures, and exits go on', async () => {
  await using double = await startBinanceDouble();
  await using bus = memoryBus();
  await using _worker = startLiveWorker({ bus, double, compareEveryMs: 200 });
  await publish(bus, liveSignal('in'));
  await seen(bus, 'order_filled');
  double.setClockOffset(10_000);
  const [incident] = await seen(bus, 'incident_reported');
  expect(incident?.data).toMatchObject({
    kind: 'CLOCK_SKEW',
    detail: expect.stringMatching(
      /^the venue's clock is \d+ ms (ahead of|behind) ours, 2000 are allowed$/,
    ),
  });
  await publish(bus, liveSignal('out', exit));
  await seen(bus, 'trade_closed');
  await publish(bus, liveSignal('again'));
  const [skipped] = await seen(bus, 'signal_skipped');
  expect(skipped?.data).toMatchObject({
    reason: 'CLOCK_SKEW',
    detail: expect.stringMatching(/^the venue's clock is \d+ ms .*2000/),
  });
});

describe.concurrent.each(['BREAK', 'delisted'] as const)(
  'an instrument that is %s while held',
  (status) => {
    test('is told, its exits are refused by name, and the comparisons go on', async () => {
      await using double = await startBinanceDouble();
      await using bus = memoryBus();
      await using _worker = startLiveWorker({ bus, double, compareEveryMs: 200 });
      await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
      await seen(bus, 'order_accepted', 2);
      double.setStatus('BTCUSDT', status);
      const [incident] = await seen(bus, 'incident_reported');
      const said = status === 'BREAK' ? 'halted' : 'delisted';
      expect(incident?.data).toMatchObject({
        kind: 'INSTRUMENT_CLOSED',
        severity: 'error',
        detail: `BTC/USDT is ${said} at binance, and a position is held`,
      });
      const leftMs = performance.now();
      await publish(bus, liveSignal('out', exit));
      const [rejected] = await seen(bus, 'order_rejected');
      expect(rejected?.data.detail).toMatch(
        status === 'BREAK'
          ? /Market is closed|not permitted|-1013|-2010/
          : /does not list BTC\/USDT/,
      );
      await publish(bus, liveSignal('again'));
      const [skipped] = await seen(bus, 'signal_skipped');
      expect(skipped?.data).toMatchObject({ reason: 'INSTRUMENT_CLOSED' });
      const away = (await only(bus, 'incident_reported')).filter(
        ({ data }) => data.kind === 'VENUE_UNREACHABLE',
      );
      expect(away, 'the exchange answers').toEqual([]);
      // A second worker passes its gate all the same.
      await using _second = startLiveWorker({ bus, double, compareEveryMs: 200, name: 'two' });
      expect(fold(await journalOf(bus)).positions.size).toBe(1);
      // The stop is reached: it cannot be sold, a person hears that, and it is tried again, but not all the time.
      await candle(bus, 48_000);
      await eventually(async () => {
        const told = (await only(bus, 'incident_reported')).map(({ data }) => data.detail);
        expect(told).toContain('stop_loss was lost 2 times: it is placed again');
      });
      // The exit, which is tried again after nothing, one and three seconds, and the stop twice; more where that took long.
      const often = (await only(bus, 'order_rejected')).length;
      expect(often).toBeLessThan(7 + (performance.now() - leftMs) / 2_000);
      double.setStatus('BTCUSDT', 'TRADING');
      await seen(bus, 'trade_closed');
    });
  },
);

test.concurrent('an exchange that goes away while an order waits for it is told', async () => {
  const double = await startBinanceDouble();
  await using bus = memoryBus();
  await using _worker = startLiveWorker({ bus, double, compareEveryMs: 200 });
  await seen(bus, 'reconciliation_reported');
  await publish(bus, liveSignal('in', { entry: { type: 'limit', limitPrice: '49000' } }));
  await seen(bus, 'order_accepted');
  await double[Symbol.asyncDispose]();
  const [incident] = await seen(bus, 'incident_reported');
  expect(incident?.data.kind).toBe('VENUE_UNREACHABLE');
  expect(incident?.data.detail).toMatch(/^binance, .*: .*fetch failed/);
});

test.concurrent('an exchange that answers nonsense is away, and nothing is traded until it talks sense', async () => {
  await using double = await startBinanceDouble();
  await using bus = memoryBus();
  await using _worker = startLiveWorker({ bus, double, compareEveryMs: 200 });
  await seen(bus, 'reconciliation_reported');
  const nonsense = { kind: 'answer', executed: false, status: 200, times: 40 } as const;
  for (const on of ['GET /api/v3/account', 'GET /api/v3/openOrders'])
    double.fault({ ...nonsense, on, body: '{"balances":"none","code":' });
  const [incident] = await seen(bus, 'incident_reported');
  expect(incident?.data.kind).toBe('VENUE_UNREACHABLE');
  expect(incident?.data.detail).toMatch(/^binance, (balances|open orders): /);
});

test.concurrent('an account that cannot be read has not lost what is held', async () => {
  await using double = await startBinanceDouble();
  await using bus = memoryBus();
  await using _worker = startLiveWorker({ bus, double, compareEveryMs: 200 });
  await publish(bus, liveSignal('in'));
  await seen(bus, 'order_filled');
  const nonsense = { kind: 'answer', executed: false, status: 200, times: 100 } as const;
  double.fault({ ...nonsense, on: 'GET /api/v3/account', body: '<html>busy</html>' });
  const [incident] = await seen(bus, 'incident_reported');
  expect(incident?.data).toMatchObject({
    kind: 'VENUE_UNREACHABLE',
    detail: expect.stringMatching(/^binance, balances: /),
  });
  const told = (await only(bus, 'reconciliation_reported')).flatMap(({ data }) => data.differences);
  expect(told).toEqual([]);
});

test.concurrent('an order with an id of ours that no journal has is told once, whoever hears of it', async () => {
  await using double = await startBinanceDouble();
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using _one = startLiveWorker({ bus: server.connect(), double, name: 'one' });
  await using _two = startLiveWorker({ bus: server.connect(), double, name: 'two' });
  await using _sibling = startLiveWorker({
    bus: server.connect(),
    double,
    name: 'sibling',
    portfolio: 'sibling',
  });
  await eventually(() => expect(double.subscribers).toBe(3));
  await publish(bus, liveSignal('in'));
  await eventually(() => expect(double.orders()).toHaveLength(2));
  const other = await openOnDouble(double, {});
  const id = `h${'a2'.repeat(13)}`;
  await other.place(anOrder({ id }));
  await other.place(anOrder({ id: 'byhand' }));
  await other[Symbol.asyncDispose]();
  await seen(bus, 'incident_reported', 2);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const told = (await only(bus, 'incident_reported')).map(({ data }) => data);
  const unknown = {
    kind: 'UNKNOWN_FILL',
    severity: 'error',
    orderId: id,
    detail:
      'its id is one of ours, but no journal here has it: another server trades this account, or the journal was put back to an earlier state; what it has moved is not booked',
  };
  expect(told, 'one for each portfolio').toEqual([unknown, unknown]);
});

test.concurrent('an open order that is not told whole is told as such, and stops no comparison', async () => {
  await using double = await startBinanceDouble();
  await using bus = memoryBus();
  const order = { symbol: 'BTCUSDT', orderId: 4711, clientOrderId: 'web', status: 'NEW' };
  const body = JSON.stringify([{ ...order, price: '1', origQty: '1', type: 'LIMIT' }]);
  const on = 'GET /api/v3/openOrders';
  double.fault({ on, kind: 'answer', executed: false, status: 200, body, times: 100 });
  await using _worker = startLiveWorker({ bus, double, compareEveryMs: 200 });
  const [told] = await seen(bus, 'reconciliation_reported');
  expect(told?.data.differences).toMatchObject([
    {
      kind: 'adopted',
      symbol: 'BTC/USDT',
      found: expect.stringMatching(/, 4711 at the venue, of which side is empty: it is not from/),
    },
  ]);
  await publish(bus, liveSignal('in'));
  await seen(bus, 'order_filled');
});
