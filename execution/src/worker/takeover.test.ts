import {
  candleEvent,
  subjects,
  toTime,
  type Candle,
  type TradeSignal,
} from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle, aSignal, eventually, someSettings } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { recorded, type Draft } from '../decision/state/draft.ts';
import { createSimulation } from '../simulation.ts';
import { portfoliosBucket } from './desk-registry.ts';
import { startExecution } from './execution.ts';

const settings = someSettings({
  cash: '1000',
  stake: { kind: 'base', value: '1' },
  feeBps: '0',
});

function worker(bus: Bus, name: string, clock?: Clock) {
  return startExecution({
    bus,
    portfolio: 'paper',
    mode: 'paper',
    settings,
    worker: name,
    log: createSilentLogger(),
    ...(clock && { clock }),
  });
}

function candle(symbol: string, at: number, price: number): Candle {
  return aCandle({
    at,
    open: price,
    close: price,
    symbol: aSignal({ data: { symbol } }).data.symbol,
  });
}

function entry(symbol: string, { closeTime, close }: Candle): TradeSignal {
  const time = toTime(closeTime);
  return aSignal({
    id: `${symbol}@${time}`,
    time,
    data: {
      symbol,
      tape: { id: 't' },
      referencePrice: { price: String(close), kind: 'close', time },
    },
  });
}

async function publish(bus: Bus, candles: readonly Candle[], signals: readonly TradeSignal[]) {
  let sequence = 0;
  for (const each of candles) {
    const event = candleEvent(each, { tape: 't', source: 'test', recordedMs: 0 });
    const message = { subject: subjects.candle(each), id: event.id, body: JSON.stringify(event) };
    sequence = (await bus.publish(message)).sequence;
  }
  for (const signal of signals) {
    const body = JSON.stringify({
      ...signal,
      data: { ...signal.data, tape: { id: 't', sequence } },
    });
    await bus.publish({ subject: subjects.signal(signal.data), id: signal.id, body });
  }
}

/** The types of the journal's events, with what they are about. */
async function journalOf(bus: Bus): Promise<string[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => told(JSON.parse(body)));
}

function told({ type, data }: { type: string; data: object }): string {
  const { symbol, reason }: { symbol?: string; reason?: string } = data;
  return [type, symbol, reason].filter(Boolean).join(' ');
}

test('a worker that takes over fills in the order of the tape, not of the orders', async () => {
  // BTC is ordered first, but its next candle comes last; then there is no cash left for it.
  const instants = [
    [[candle('BTC/USDT', 0, 400), candle('ETH/USDT', 0, 400)], 'BTC/USDT'],
    [[candle('ETH/USDT', 1, 400)], 'ETH/USDT'],
    [[candle('ETH/USDT', 2, 600)], undefined],
    [[candle('BTC/USDT', 3, 600), candle('ETH/USDT', 3, 600)], undefined],
  ] as const;
  const expected: string[] = [];
  const simulation = createSimulation({
    portfolio: 'paper-t',
    tape: 't',
    mode: 'paper',
    settings,
    onEvent: (event) => expected.push(told(event)),
  });
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  const bus = server.connect();
  const first = worker(server.connect(), 'first');
  for (const [index, [candles, symbol]] of instants.entries()) {
    const signals = symbol ? [entry(symbol, candles[0])] : [];
    await publish(bus, candles, signals);
    for (const each of candles) simulation.onCandle(each);
    for (const signal of signals) simulation.onSignal(signal);
    await eventually(async () => {
      const accepted = (await journalOf(bus)).filter((text) => text.startsWith('order_accepted'));
      expect(accepted).toHaveLength(Math.min(index + 1, 2));
    });
    if (index === 1) await first.stop();
  }
  await using _second = worker(server.connect(), 'second');
  await eventually(async () => expect(await journalOf(bus)).toEqual(expected));
  expect(expected).toContain('order_cancelled BTC/USDT INSUFFICIENT_FUNDS');
});

test('an order that nobody is left to send is cancelled', async () => {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  const bus = server.connect();
  const intent: Draft[] = [];
  const simulation = createSimulation({
    portfolio: 'paper-t',
    tape: 't',
    mode: 'paper',
    settings,
    onEvent: (event) => intent.push(event),
  });
  simulation.onSignal(entry('BTC/USDT', candle('BTC/USDT', 0, 100)));
  const written = intent
    .filter(({ type }) => type === 'portfolio_opened' || type === 'order_intended')
    .map((event) => recorded(event, { source: 'execution/dead', recordedMs: 0 }));
  await bus.log('trading.paper-t').append(
    written.map((event) => ({
      subject: subjects.journal('paper-t', event.type),
      id: event.id,
      body: JSON.stringify(event),
    })),
    0,
  );
  const known = await bus.bucket('portfolios');
  await known.put('paper-t', JSON.stringify({ tape: 't', status: 'open' }));
  let passedMs = 0;
  const steadyMs = (): number => (passedMs += 20_000);
  const clock = { nowMs: steadyMs, steadyMs };
  await using _survivor = worker(server.connect(), 'survivor', clock);
  await eventually(async () =>
    expect((await journalOf(bus)).at(-1)).toBe('order_cancelled BTC/USDT EXPIRED'),
  );
});

test('a worker that begins where the workers have lost what they told each other looks after what is open', async () => {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  const ordered = candle('BTC/USDT', 0, 400);
  {
    await using _first = worker(server.connect(), 'first');
    await publish(bus, [ordered], [entry('BTC/USDT', ordered)]);
    await eventually(async () => expect(await journalOf(bus)).toContain('order_accepted BTC/USDT'));
  }
  await (await bus.bucket(portfoliosBucket)).delete('paper-t');
  await using _second = worker(server.connect(), 'second');
  await publish(bus, [candle('BTC/USDT', 1, 410)], []);
  await eventually(async () => expect(await journalOf(bus)).toContain('order_filled BTC/USDT'));
});
