import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  candleEvent,
  JournalEvent,
  subjects,
  SymbolName,
  Timeframe,
  timeframeMs,
  TradeSignal,
  Venue,
  type Candle,
} from '@heliograph/contracts';
import {
  connectJetStreamBus,
  startNatsServer,
  type Bus,
  type NatsServer,
} from '@heliograph/contracts/bus';
import { aSignal, eventually, freePort } from '@heliograph/contracts/testing';
import { createSignalMachine, smaCross, type SignalMachine } from '@heliograph/signal-engine';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from 'nats';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { startCli, temporaryFolder, type CliProcess } from '../testing/cli.ts';

const names = { venue: Venue.parse('my-venue'), symbol: SymbolName.parse('SPY/USD') };
const credentials = { user: 'heliograph', password: 'of the test' };
/** Crosses up and down all the time. */
const params = { fast: 2, slow: 4 };
const strategy = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);

/** A wave, as long as one likes. */
function priceAt(step: number): number {
  return 100 + Math.round(1e3 * Math.sin(step / 1.3)) / 1e3;
}

function candleAt(at: number, beginMs: number, timeframe: Timeframe): Candle {
  const [open, close] = [priceAt(at), priceAt(at + 1)];
  const openTime = beginMs + at * timeframeMs(timeframe);
  const closeTime = openTime + timeframeMs(timeframe);
  const prices = { open, high: Math.max(open, close), low: Math.min(open, close), close };
  return { ...names, timeframe, openTime, closeTime, ...prices, volume: 1 };
}

function engineOn(timeframe: Timeframe, worker: string): string[] {
  const feed = `nats:${names.venue}:${names.symbol}:${timeframe}`;
  return ['signal-engine', '--feed', feed, ...strategy, '--worker', worker];
}

async function publish(bus: Bus, candle: Candle): Promise<void> {
  const event = candleEvent(candle, { tape: 'live', source: 'test/other', recordedMs: 0 });
  await bus.publish({
    subject: subjects.candle(candle),
    id: event.id,
    body: JSON.stringify(event),
  });
}

async function signalsOn(bus: Bus): Promise<TradeSignal[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'SIGNALS' }).pipe(toArray()));
  return messages.map(({ body }) => TradeSignal.parse(JSON.parse(body)));
}

async function journalOn(bus: Bus): Promise<JournalEvent[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

function serviceIn(cwd: string, url: string) {
  const address = url.replace(
    '//',
    `//${credentials.user}:${encodeURIComponent(credentials.password)}@`,
  );
  return (...args: string[]): CliProcess =>
    startCli(['run', ...args], { cwd, env: { NATS_URL: address } });
}

/** The signals that were decided on, one way or the other. */
function decidedIn(journal: readonly JournalEvent[]): ReadonlySet<string> {
  return new Set(
    journal.flatMap((event) =>
      event.type === 'signal_skipped' || event.type === 'order_intended'
        ? [event.data.signalId]
        : [],
    ),
  );
}

/** Those that have an order, as often as they have one. */
function orderedIn(journal: readonly JournalEvent[]): string[] {
  return journal.flatMap((event) => (event.type === 'order_intended' ? [event.data.signalId] : []));
}

/** What nobody disturbs. */
function undisturbed(): SignalMachine {
  return createSignalMachine({
    strategy: smaCross.configure(params),
    tape: 'live',
    mode: 'paper',
    runId: 'undisturbed',
    source: 'signal-engine/test',
    onError: ({ error }) => expect.unreachable(String(error)),
  });
}

/** So many candles that the last one is bought on. */
function untilEntry(beginMs: number, timeframe: Timeframe): number {
  const machine = undisturbed();
  for (let at = 0; ; at++) {
    const candle = candleAt(at, beginMs, timeframe);
    const [signal] = machine.onInstant({ time: candle.closeTime, candles: [candle] }, 0);
    if (at > 30 && signal?.data.intent === 'enter') return at + 1;
  }
}

const started = /"msg":"started"/;

test('a second engine says signals again that the server has forgotten, and execution acts on none twice', async () => {
  const timeframe = Timeframe.parse('30s');
  await using folder = await temporaryFolder();
  await using server = await startNatsServer({
    storeDir: join(folder.path, 'nats'),
    path: process.env['PATH'],
    syncAlways: false,
    credentials,
  });
  await using bus = await connectJetStreamBus({ servers: server.url, credentials, name: 'test' });
  const run = serviceIn(folder.path, server.url);
  await using one = run('execution', '--worker', 'one');
  await using two = run('execution', '--worker', 'two');
  for (const worker of [one, two]) await worker.said('stderr', started);
  const { user, password: pass } = credentials;
  const connection = await connect({ servers: server.url, user, pass });
  const manager = await jetstreamManager(connection);
  // The server's own guard is gone: only the journal is left.
  await manager.streams.update('SIGNALS', { duplicate_window: nanos(100) });
  await connection.close();

  // The last one has closed just now: what it says is to be traded.
  const count = untilEntry(0, timeframe);
  const beginMs = Date.now() - 1_000 - count * timeframeMs(timeframe);
  for (let at = 0; at < count; at++) await publish(bus, candleAt(at, beginMs, timeframe));
  await using first = run(...engineOn(timeframe, 'alpha'));
  await first.said('stderr', started);
  await eventually(async () => {
    const ids = (await signalsOn(bus)).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(1);
    expect(decidedIn(await journalOn(bus))).toEqual(new Set(ids));
  });
  const ordered = orderedIn(await journalOn(bus));
  expect(ordered.length).toBeGreaterThan(0);

  await using second = run(...engineOn(timeframe, 'beta'));
  await second.said('stderr', started);
  await eventually(async () => {
    const ids = (await signalsOn(bus)).map(({ id }) => id);
    expect(ids.length, 'the server took each a second time').toBe(2 * new Set(ids).size);
  });
  // A signal behind all of them in each part: once it is decided, they have been dealt with.
  const { id } = aSignal({ id: 'the-last-one' });
  const [last] = await signalsOn(bus);
  if (!last) throw new Error('there is no signal');
  const body = JSON.stringify({ ...last, id });
  await bus.publish({ subject: subjects.signal(last.data), id, body });
  await eventually(async () => expect(decidedIn(await journalOn(bus))).toContain(id));
  expect(orderedIn(await journalOn(bus)), 'nothing was ordered for the second time').toEqual(
    ordered,
  );
});

test('the server is killed under engines that follow what others publish: no signal is missing, none is there twice', async () => {
  const timeframe = Timeframe.parse('1s');
  await using folder = await temporaryFolder();
  const port = await freePort();
  const begin = (): Promise<NatsServer> =>
    startNatsServer({
      storeDir: join(folder.path, 'nats'),
      path: process.env['PATH'],
      port,
      credentials,
    });
  let server = await begin();
  await using _server = { [Symbol.asyncDispose]: () => server.stop() };
  await using bus = await connectJetStreamBus({ servers: server.url, credentials, name: 'test' });
  const run = serviceIn(folder.path, server.url);
  await using worker = run('execution', '--worker', 'one');
  await using alpha = run(...engineOn(timeframe, 'alpha'));
  await using beta = run(...engineOn(timeframe, 'beta'));
  for (const service of [worker, alpha, beta]) await service.said('stderr', started);

  const machine = undisturbed();
  const expected: string[] = [];
  const beginMs = Date.now();
  for (let at = 0; at < 40; at++) {
    const candle = candleAt(at, beginMs, timeframe);
    await sleep(Math.max(0, candle.closeTime - Date.now()));
    if (at % 10 === 9) {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await server.stop();
      server = await begin();
    }
    // Whoever publishes says it until it is taken.
    await eventually(() => publish(bus, candle));
    const signals = machine.onInstant({ time: candle.closeTime, candles: [candle] }, Date.now());
    expected.push(...signals.map(({ id }) => id));
  }
  expect(expected.length).toBeGreaterThan(4);
  await eventually(async () => {
    expect((await signalsOn(bus)).map(({ id }) => id)).toEqual(expected);
    expect(decidedIn(await journalOn(bus))).toEqual(new Set(expected));
  });
  const ordered = orderedIn(await journalOn(bus));
  expect(new Set(ordered).size, 'none has two orders').toBe(ordered.length);
});
