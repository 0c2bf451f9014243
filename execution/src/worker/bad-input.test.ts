import { candleEvent, JournalEvent, subjects, toTime } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle, aSignal, eventually, someSettings } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { startExecution } from './execution.ts';

const settings = someSettings({
  cash: '1000',
  stake: { kind: 'quote', value: '100' },
  slippageBps: '5',
  signalSize: true,
  risk: { priceCollarBps: 500 },
});

function worker(bus: Bus) {
  const log = createSilentLogger();
  return startExecution({
    bus,
    portfolio: 'paper',
    mode: 'paper',
    settings,
    worker: 'one',
    log,
    sweepEveryMs: 20,
  });
}

let signals = 0;

/** A signal of now, changed as told, whether or not that makes sense. */
function aRawSignal({ data = {}, ...change }: { data?: object; [field: string]: unknown } = {}) {
  const time = toTime(Date.now());
  const made = aSignal({
    id: `raw-${++signals}`,
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: { referencePrice: { price: '100', kind: 'close', time } },
  });
  return { ...made, ...change, data: { ...made.data, ...data } };
}

async function publish(bus: Bus, signal: ReturnType<typeof aRawSignal>): Promise<void> {
  const { id } = signal;
  const subject = 'trade_signal.sma-cross.binance.BTC-USDT';
  await bus.publish({ subject, id, body: JSON.stringify(signal) });
}

async function bodiesOn(bus: Bus, stream: 'TRADING' | 'DEAD_LETTERS'): Promise<string[]> {
  const messages = await firstValueFrom(bus.read({ stream }).pipe(toArray()));
  return messages.map(({ body }) => body);
}

async function journalOf(bus: Bus): Promise<JournalEvent[]> {
  return (await bodiesOn(bus, 'TRADING')).map((body) => JournalEvent.parse(JSON.parse(body)));
}

async function errorsOf(bus: Bus): Promise<string[]> {
  return (await bodiesOn(bus, 'DEAD_LETTERS')).map((body) => JSON.parse(body).data.error);
}

const now = toTime(Date.now());

test.each([
  [
    'a price of zero',
    { data: { referencePrice: { price: '0', kind: 'close', time: now } } },
    /referencePrice\.price: expected a decimal number above 0 as text/,
  ],
  [
    'a negative size',
    { data: { size: { kind: 'base', value: '-1' } } },
    /size\.value: expected a decimal number above 0 as text/,
  ],
  [
    'a size of more digits than there are atoms',
    { data: { size: { kind: 'base', value: '9'.repeat(80) } } },
    /size\.value: Too big: expected string to have <=64 characters/,
  ],
  ['a number for a decimal', { data: { size: { kind: 'base', value: 1 } } }, /size\.value/],
  ['an expiry before its time', { expirytime: '2020-01-01T00:00:00.000Z' }, /expirytime/],
] as const)('a signal with %s is a dead letter that says so', async (_what, change, error) => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using _worker = worker(bus);
  await publish(bus, aRawSignal(change));
  await eventually(async () => expect(await errorsOf(bus)).toEqual([expect.stringMatching(error)]));
  expect(await journalOf(bus)).toEqual([]);
  await publish(bus, aRawSignal());
  await eventually(async () =>
    expect((await journalOf(bus)).map(({ type }) => type)).toContain('order_intended'),
  );
});

test('a candle with a price of zero fills nothing, and the next one does', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using _worker = worker(bus);
  await publish(bus, aRawSignal());
  await eventually(async () =>
    expect((await journalOf(bus)).map(({ type }) => type)).toContain('order_accepted'),
  );
  for (const price of ['0', '100']) {
    const closeTime = Date.now() + 50;
    const candle = aCandle({ openTime: closeTime - 60_000, closeTime });
    const event = candleEvent(candle, { tape: 'live', source: 'test', recordedMs: 0 });
    const data = { ...event.data, open: price, high: price, low: price, close: price };
    const id = `candle-${price}`;
    const body = JSON.stringify({ ...event, id, data });
    await bus.publish({ subject: subjects.candle(candle), id, body });
  }
  await eventually(async () => {
    const fills = (await journalOf(bus)).filter((event) => event.type === 'order_filled');
    expect(fills.map(({ data }) => data.price)).toEqual(['100.05']);
  });
});

const extreme = fc.oneof(
  fc.constantFrom('9'.repeat(64), `0.${'0'.repeat(61)}1`, '1', '0.00000001', `1${'0'.repeat(40)}`),
  fc.bigInt({ min: 1n, max: 10n ** 60n }).map(String),
);
const extremeSignal = fc.record(
  {
    size: fc.oneof(
      fc.record({ kind: fc.constantFrom('base', 'quote'), value: extreme }),
      fc.record({
        kind: fc.constantFrom('equityRatio', 'riskRatio'),
        value: fc.constantFrom(0, Number.MIN_VALUE, 1e-12, 1),
      }),
    ),
    price: extreme,
    limitPrice: extreme,
    stopLoss: extreme,
    takeProfit: extreme,
    distanceBps: fc.constantFrom(Number.MIN_VALUE, 1e-9, 1, 9_999, 1e6, Number.MAX_VALUE),
  },
  { requiredKeys: [] },
);

test('whatever figures a signal has, it ends as an order, a skip or a refusal by its schema', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(extremeSignal, { minLength: 1, maxLength: 8 }), async (wishes) => {
      await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
      await using _worker = worker(bus);
      const ids: string[] = [];
      for (const { size, price, limitPrice, stopLoss, takeProfit, distanceBps } of wishes) {
        const time = toTime(Date.now());
        const signal = aRawSignal({
          data: {
            ...(size && { size }),
            ...(price !== undefined && { referencePrice: { price, kind: 'close', time } }),
            ...(limitPrice !== undefined && { entry: { type: 'limit', limitPrice } }),
            ...(stopLoss !== undefined && { stopLoss: { price: stopLoss } }),
            ...(takeProfit !== undefined && { takeProfits: [{ price: takeProfit, ratio: 1 }] }),
            ...(distanceBps !== undefined && { trailingStop: { distanceBps } }),
          },
        });
        ids.push(signal.id);
        await publish(bus, signal);
      }
      await eventually(async () => {
        const errors = await errorsOf(bus);
        for (const error of errors) expect(error).toMatch(/^INVALID_/);
        const decided = (await journalOf(bus)).flatMap((event) =>
          event.type === 'signal_skipped' || event.type === 'order_intended'
            ? [event.data.signalId]
            : [],
        );
        expect(new Set(decided).size + errors.length).toBe(ids.length);
      });
    }),
    { numRuns: 60 },
  );
});
