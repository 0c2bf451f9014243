import { candleEvent, JournalEvent, subjects, SymbolName, toTime } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import {
  aCandle,
  aSignal,
  eventually,
  startTestNats,
  someSettings,
} from '@heliograph/contracts/testing';
import { startExecution, systemClock } from '@heliograph/execution';
import { startNotifier, type Message } from '@heliograph/notifier';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';

const minuteMs = 60_000;
const log = createSilentLogger();
const settings = someSettings({
  cash: '1000',
  stake: { kind: 'base', value: '1' },
  feeBps: '0',
  exitGraceMs: 30 * minuteMs,
});

async function signal(
  bus: Bus,
  {
    id,
    symbol,
    timeMs,
    exit = false,
  }: { id: string; symbol: string; timeMs: number; exit?: boolean },
): Promise<void> {
  const time = toTime(timeMs);
  const made = aSignal({
    id,
    time,
    recordedtime: time,
    expirytime: toTime(timeMs + minuteMs),
    data: {
      symbol,
      referencePrice: { price: '100', kind: 'close', time },
      ...(exit && { intent: 'exit', side: 'sell', targetPosition: 'flat' }),
    },
  });
  await bus.publish({ subject: subjects.signal(made.data), id, body: JSON.stringify(made) });
}

async function candle(bus: Bus, symbol: string, closeTime: number): Promise<void> {
  const name = SymbolName.parse(symbol);
  const made = aCandle({ symbol: name, openTime: closeTime - minuteMs, closeTime });
  const event = candleEvent(made, { tape: 'live', source: 'test', recordedMs: closeTime });
  await bus.publish({ subject: subjects.candle(made), id: event.id, body: JSON.stringify(event) });
}

async function journalOf(bus: Bus): Promise<JournalEvent[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

/** What the journal says became of signals: their id, and the reason or the type. */
function outcomes(journal: readonly JournalEvent[]): string[] {
  return journal.flatMap(({ type, data }) => {
    if (type === 'signal_skipped') return [`${data.signalId} ${data.reason}`];
    return type === 'order_intended' ? [`${data.signalId} is traded`] : [];
  });
}

test('after an hour without a worker entries are skipped, exits follow their grace, and one alert tells', async () => {
  await using nats = await startTestNats();
  await using bus = await nats.connect();
  const heard: Message[] = [];
  const sink = {
    name: 'test',
    maxInFlight: 1,
    send: async (message: Message) => {
      heard.push(message);
      return { status: 'sent' } as const;
    },
  };
  await using notifier = startNotifier({ bus, sink, log });
  const startMs = Date.now();
  let aheadMs = 0;
  const worker = async (name: string) =>
    startExecution({
      bus: await nats.connect(),
      portfolio: 'paper',
      mode: 'paper',
      settings,
      worker: name,
      log,
      clock: { ...systemClock, nowMs: () => Date.now() + aheadMs },
      sweepEveryMs: 50,
    });
  {
    await using _first = await worker('first');
    for (const symbol of ['BTC/USDT', 'ETH/USDT']) {
      await signal(bus, { id: `in-${symbol}`, symbol, timeMs: startMs });
      await eventually(async () =>
        expect(outcomes(await journalOf(bus))).toContain(`in-${symbol} is traded`),
      );
      await candle(bus, symbol, Date.now() + 1_000);
    }
    await eventually(async () => {
      const filled = (await journalOf(bus)).filter(({ type }) => type === 'order_filled');
      expect(filled).toHaveLength(2);
    });
  }
  await notifier.caughtUp();
  const before = heard.length;
  const known = (await journalOf(bus)).length;

  // Nobody is there for an hour, and the strategies go on.
  const during = (minute: number) => startMs + minute * minuteMs;
  for (const minute of [5, 15, 25, 35])
    await signal(bus, { id: `late-${minute}`, symbol: 'SOL/USDT', timeMs: during(minute) });
  await signal(bus, { id: 'out-btc', symbol: 'BTC/USDT', timeMs: during(10), exit: true });
  await signal(bus, { id: 'out-eth', symbol: 'ETH/USDT', timeMs: during(44), exit: true });
  aheadMs = 60 * minuteMs;

  await using _second = await worker('second');
  await eventually(async () =>
    expect(outcomes((await journalOf(bus)).slice(known)).toSorted()).toEqual([
      'late-15 EXPIRED',
      'late-25 EXPIRED',
      'late-35 EXPIRED',
      'late-5 EXPIRED',
      'out-btc EXPIRED',
      'out-eth is traded',
    ]),
  );
  await candle(bus, 'ETH/USDT', Date.now() + aheadMs + 1_000);
  await eventually(async () => {
    const closed = (await journalOf(bus)).filter((event) => event.type === 'trade_closed');
    expect(closed.map(({ data }) => data.symbol)).toEqual(['ETH/USDT']);
  });
  aheadMs += 10_000;
  await eventually(async () => {
    const incidents = (await journalOf(bus)).filter((event) => event.type === 'incident_reported');
    expect(incidents).toMatchObject([
      {
        data: {
          kind: 'OUTAGE',
          severity: 'warning',
          detail: expect.stringMatching(
            /^expired and skipped: 5; exits traded late: 1; between \S+Z and \S+Z$/,
          ),
        },
      },
    ]);
  });
  // It is said once, however long the worker goes on.
  aheadMs += 10 * minuteMs;
  await new Promise((resolve) => setTimeout(resolve, 300));
  await notifier.caughtUp();
  const since = heard.slice(before);
  const outages = since.filter(({ plain }) => plain.includes('Back after an outage'));
  expect(outages).toHaveLength(1);
  expect(outages[0]).toMatchObject({
    severity: 'warning',
    quiet: false,
    html: expect.stringMatching(
      /^⚠ <b>\[PAPER\] Back after an outage<\/b>\nSignals came while nobody was there to trade them: expired and skipped: 5; exits traded late: 1; between /,
    ),
  });
  const skips = since.filter(({ plain }) => plain.includes('Skipped'));
  expect(skips.map(({ quiet }) => quiet)).toEqual([true, true, true, true, true]);
});
