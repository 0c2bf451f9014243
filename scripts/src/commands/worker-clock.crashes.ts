import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  Big,
  JournalEvent,
  subjects,
  SymbolName,
  toTime,
  type EventId,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aCandleEvent, aSignal, eventually } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { startCli, temporaryFolder } from '../testing/cli.ts';
import { startLivePlace } from '../testing/live-place.ts';
import { randomFrom } from '../testing/random-from.ts';

/** How long the clock jumps; longer by hand. */
const seconds = Number(process.env['HELIOGRAPH_CRASH_SECONDS'] ?? 30);
const seed = Number(process.env['HELIOGRAPH_CRASH_SEED'] ?? Date.now() % 2 ** 31);
const hourMs = 3_600_000;
/** Some ten seconds for each request that hangs, of which several may meet one order; a clock that counts makes it an hour. */
const soonMs = 60_000;
const betweenHangsMs = 5_000;
const prices = { 'BTC/USDT': 50_000, 'ETH/USDT': 2_500, 'BNB/USDT': 600 } as const;
type Traded = keyof typeof prices;
const symbols: readonly Traded[] = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'];
const clock = pathToFileURL(join(import.meta.dirname, '../testing/shifted-clock-main.ts')).href;
const placing = 'POST /api/v3/order';
const asking = 'GET /api/v3/order';
/** The request or its answer takes its time, is too late, or nothing comes at all. */
const hangs: readonly [object, ...object[]] = [
  { on: placing, kind: 'late_request', ms: 3_000 },
  { on: placing, kind: 'late_request', ms: 4_500 },
  { on: placing, kind: 'late_request', ms: 6_500 },
  { on: placing, kind: 'late_answer', ms: 3_000 },
  { on: placing, kind: 'lost_answer', hiddenMs: 1_500 },
  { on: placing, kind: 'lost_request' },
  { on: asking, kind: 'late_answer', ms: 2_500, times: 2 },
];

test(
  "a worker's clock is an hour off again and again: every signal has one effect, and exits are done in seconds",
  async () => {
    process.stdout.write(`seed ${seed}\n`);
    const random = randomFrom(seed);
    const oneOf = <T>(items: readonly [T, ...T[]]): T =>
      items[Math.floor(random() * items.length)] ?? items[0];
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    await writeFile(join(cwd, 'risk.json'), JSON.stringify({ symbols, maxPositions: 3 }));
    await using place = await startLivePlace(cwd, { USDT: '100000', BTC: '0', ETH: '0', BNB: '0' });
    const { exchange, bus, env } = place;
    const clockFile = join(cwd, 'clock');
    let jumps = 0;
    const shift = async (ms: number): Promise<void> => {
      await writeFile(clockFile, String(ms));
      jumps++;
    };
    await shift(0);
    const args = 'run execution --mode live --venue-id binance --cash 50000 --stake 500';
    await using _worker = startCli(
      [...args.split(' '), '--lot-size', '0.00001', '--risk', 'risk.json'],
      {
        cwd,
        env: { ...env, NODE_OPTIONS: `--import ${clock}`, HELIOGRAPH_TEST_CLOCK: clockFile },
      },
    );
    await journalled(bus, (event) => event.type === 'reconciliation_reported');

    const market = new Map<Traded, number>();
    const setPrice = async (symbol: Traded, price: number): Promise<void> => {
      market.set(symbol, price);
      await exchange.setPrice(symbol.replace('/', ''), String(price));
    };
    for (const symbol of symbols) await setPrice(symbol, prices[symbol]);
    const over = new AbortController();
    const untilMs = performance.now() + seconds * 1_000;
    const jumping = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        await sleep(1_500 + random() * 3_000);
        await shift(oneOf([hourMs, -hourMs]));
        await sleep(500 + random() * 2_500);
        // Sometimes from one wrong time to the other.
        if (random() < 0.3) await shift(oneOf([hourMs, -hourMs]));
        await sleep(random() * 1_000);
        await shift(0);
      }
    };
    const telling = async (): Promise<void> => {
      while (!over.signal.aborted) {
        for (const [symbol, price] of market) await candle(bus, symbol, price);
        await sleep(250);
      }
    };
    let hungMs = -Infinity;
    const hang = async (): Promise<void> => {
      if (random() < 0.3 || performance.now() - hungMs < betweenHangsMs) return;
      hungMs = performance.now();
      await exchange.fault(oneOf(hangs));
    };
    const sent: EventId[] = [];
    const tookMs: number[] = [];
    const trading = async (symbol: Traded): Promise<void> => {
      const price = prices[symbol];
      for (let n = 0; performance.now() < untilMs; n++) {
        await hang();
        const stopLoss = { price: String(price * 0.98) };
        const entry = await publish(bus, `in ${symbol} ${n}`, symbol, { price, stopLoss });
        sent.push(entry);
        await journalled(bus, isDecided(entry), `${symbol} ${n} is decided`);
        await sleep(random() * 4_000);
        await hang();
        const beganMs = performance.now();
        if (random() < 0.5) await setPrice(symbol, price * 0.97);
        else sent.push(await publish(bus, `out ${symbol} ${n}`, symbol, { price, exits: true }));
        await eventually(
          async () => {
            const journal = await journalOf(bus);
            expect({ held: heldIn(journal, symbol), open: openIn(journal, symbol) }).toEqual({
              held: '0',
              open: [],
            });
          },
          { timeoutMs: soonMs },
        );
        tookMs.push(Math.round(performance.now() - beganMs));
        await setPrice(symbol, price);
        await sleep(300);
      }
    };
    const told = telling();
    try {
      await Promise.all([jumping(), ...symbols.map(trading)]);
      await journalled(bus, isDecided(sent.at(-1)), 'the last signal is decided');
    } finally {
      over.abort();
      await told;
    }

    const journal = await journalOf(bus);
    expectOneEffectEach(journal, sent);
    const orders = await exchange.orders();
    const filled = new Set(
      journal.flatMap((event) => (event.type === 'order_filled' ? [event.data.orderId] : [])),
    );
    expect(
      orders.map(({ clientOrderId }) => clientOrderId).toSorted(),
      'the orders at the exchange are those that the journal has filled',
    ).toEqual([...filled].toSorted());
    const changes = journal.filter((event) => event.type === 'position_changed');
    const cash = changes.at(-1)?.data.cash ?? '50000';
    expect(new Big(cash).minus('50000').toFixed(), 'the ledger is the exchange').toBe(
      (await exchange.total('USDT')).minus('100000').toFixed(),
    );
    const endings: Record<string, number> = {};
    for (const event of journal)
      if (
        event.type === 'signal_skipped' ||
        event.type === 'order_cancelled' ||
        event.type === 'order_rejected' ||
        event.type === 'incident_reported'
      ) {
        const what = event.type === 'incident_reported' ? event.data.kind : event.data.reason;
        endings[`${event.type} ${what}`] = (endings[`${event.type} ${what}`] ?? 0) + 1;
      }
    const slowestMs = Math.max(...tookMs);
    const figures = { jumps, signals: sent.length, orders: orders.length, slowestMs, ...endings };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(orders.length, 'something was traded').toBeGreaterThan(3);
  },
  (seconds * 2 + 120) * 1_000,
);

/** Its orders but one never reached the exchange, or it was skipped, once. */
function expectOneEffectEach(journal: readonly JournalEvent[], sent: readonly EventId[]): void {
  const filled = new Set<string>();
  const effects = new Map<string, Set<string>>(sent.map((id) => [id, new Set()]));
  for (const event of journal) if (event.type === 'order_filled') filled.add(event.data.orderId);
  for (const event of journal) {
    if (event.type === 'signal_skipped')
      effects.get(event.data.signalId)?.add(`skipped ${event.data.reason}`);
    // Those that protect bear the signal of their entry.
    if (
      event.type === 'order_intended' &&
      event.data.role === undefined &&
      filled.has(event.data.orderId)
    )
      effects.get(event.data.signalId)?.add(event.data.orderId);
  }
  const wrong = [...effects].filter(([, each]) => each.size !== 1).map(([id]) => id);
  for (const id of wrong) {
    // An exit whose position a stop has left has nothing to do; an order of it ends by itself.
    const ends = journal.filter(
      (event) =>
        (event.type === 'order_cancelled' || event.type === 'order_rejected') &&
        event.causationid === id,
    );
    expect(ends.length, `${id} has one effect: ${[...(effects.get(id) ?? [])].join(', ')}`).toBe(1);
  }
}

async function journalOf(bus: Bus): Promise<JournalEvent[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

async function journalled(
  bus: Bus,
  isIt: (event: JournalEvent) => boolean,
  what = 'it is journalled',
): Promise<void> {
  await eventually(
    async () => {
      if (!(await journalOf(bus)).some(isIt)) throw new Error(`not in time: ${what}`);
    },
    { timeoutMs: soonMs },
  );
}

/** Skipped, or its order has filled or is certain to be none. */
function isDecided(id: EventId | undefined): (event: JournalEvent) => boolean {
  const orders = new Set<string>();
  return (event) => {
    if (event.type === 'order_intended' && event.data.signalId === id)
      orders.add(event.data.orderId);
    if (event.type === 'signal_skipped') return event.data.signalId === id;
    return event.type === 'order_filled' && orders.has(event.data.orderId) && event.data.complete;
  };
}

function heldIn(journal: readonly JournalEvent[], symbol: Traded): string {
  const last = journal.findLast(
    (event) => event.type === 'position_changed' && event.data.symbol === symbol,
  );
  return last?.type === 'position_changed' ? last.data.quantity : '0';
}

function openIn(journal: readonly JournalEvent[], symbol: Traded): string[] {
  const open = new Set<string>();
  for (const event of journal) {
    if (event.type === 'order_intended' && event.data.symbol === symbol)
      open.add(event.data.orderId);
    const isEnd =
      event.type === 'order_cancelled' ||
      event.type === 'order_rejected' ||
      (event.type === 'order_filled' && event.data.complete);
    if (isEnd) open.delete(event.data.orderId);
  }
  return [...open];
}

async function publish(
  bus: Bus,
  id: string,
  symbol: Traded,
  {
    price,
    stopLoss,
    exits = false,
  }: { price: number; stopLoss?: { price: string }; exits?: boolean },
): Promise<EventId> {
  const time = toTime(Date.now());
  const signal = aSignal({
    id: id.replaceAll(/\W/g, '-'),
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: {
      mode: 'live',
      symbol,
      referencePrice: { price: String(price), kind: 'last', time },
      ...(stopLoss && { stopLoss }),
      ...(exits && { intent: 'exit', side: 'sell', targetPosition: 'flat' }),
    },
  });
  await bus.publish({
    subject: subjects.signal(signal.data),
    id: signal.id,
    body: JSON.stringify(signal),
  });
  return signal.id;
}

let candles = 0;

/** A candle of a second that closes now. */
async function candle(bus: Bus, symbol: Traded, price: number): Promise<void> {
  const closeTime = Date.now();
  const prices = { open: price, high: price, low: price, close: price };
  const event = aCandleEvent(
    { symbol: SymbolName.parse(symbol), openTime: closeTime - 1_000, closeTime, ...prices },
    { tape: 'live' },
  );
  const id = `${event.id}-${++candles}`;
  const subject = `market.candle.binance.${symbol.replace('/', '-')}.1m`;
  await bus.publish({ subject, id, body: JSON.stringify({ ...event, id }) });
}
