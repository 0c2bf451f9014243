import { subjects, type JournalEventType } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { startNotifier, type NotifierOptions } from './notifier.ts';
import { createTelegramSink } from './sinks/telegram-sink.ts';
import { aSample } from './testing/samples.ts';
import {
  startTelegramDouble,
  type TelegramDouble,
} from './testing/telegram-double/telegram-double.ts';

async function publish(
  bus: Bus,
  type: JournalEventType & ('signal_skipped' | 'order_unknown'),
  details: string[],
) {
  for (const detail of details) {
    const event = aSample(type, { detail });
    await bus.publish({
      subject: subjects.journal('paper', type),
      id: `${event.id}-${detail}`.replaceAll(' ', '-'),
      body: JSON.stringify({ ...event, id: `${event.id}-${detail}`.replaceAll(' ', '-') }),
    });
  }
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `number-${from + at}.`);

const toldIn = ({ received }: TelegramDouble): string[] =>
  received.flatMap(({ text }) => [...text.matchAll(/number-\d+\./g)].map(([found]) => found));

function start(
  bus: Bus,
  double: TelegramDouble,
  { limits, ...change }: Partial<NotifierOptions> & { limits?: [] } = {},
) {
  const { token, chatId, apiRoot } = double;
  return startNotifier({
    bus,
    sink: createTelegramSink({
      token,
      chatId,
      apiRoot,
      ...(limits && { limits }),
    }),
    log: createSilentLogger(),
    retryDelays: { minMs: 20, maxMs: 50 },
    ...change,
  });
}

test.concurrent('a burst is a handful of messages, in order, and what is urgent goes past it', async () => {
  await using double = await startTelegramDouble({ limited: true });
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using notifier = start(bus, double);
  await publish(bus, 'signal_skipped', numbered(1, 200));
  await publish(bus, 'order_unknown', ['number-999.']);
  await notifier.caughtUp();
  const before = double.received.findIndex(({ text }) => text.includes('number-999.'));
  expect(before, 'one was on its way, and one may have come between').toBeLessThan(3);
  const usual = toldIn(double).filter((one) => one !== 'number-999.');
  expect(usual).toEqual(numbered(1, 200));
  expect(double.received.length).toBeLessThan(30);
  expect(double.calls('sendMessage'), 'Telegram never had to refuse').toBe(double.received.length);
  expect(notifier.alerts()).toBe(201);
});

test.concurrent('after an outage there is one sum, and what was urgent one by one', async () => {
  await using double = await startTelegramDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  double.fault({ code: 502, description: 'Bad Gateway' });
  let nowMs = Date.now();
  await using notifier = start(bus, double, { nowMs: () => nowMs, limits: [] });
  await publish(bus, 'signal_skipped', numbered(1, 100));
  await publish(bus, 'order_unknown', ['number-901.', 'number-902.']);
  await eventually(() => expect(double.calls('sendMessage')).toBeGreaterThan(3));
  nowMs += 30 * 60_000;
  double.fault({ code: 502, description: 'Bad Gateway' }, 0);
  await notifier.caughtUp();
  await eventually(() =>
    expect(double.received.map(({ text }) => text).join()).toContain('could not be told in time'),
  );
  const told = toldIn(double);
  expect(told).toContain('number-901.');
  expect(told).toContain('number-902.');
  expect(double.received.length, 'no flood').toBeLessThan(10);
  const sum = double.received.find(({ text }) => text.includes('could not be told in time'));
  const summed = Number(/(\d+) × signal skipped/.exec(sum?.text ?? '')?.[1]);
  expect(summed + told.length - 2, 'each is told or counted').toBe(100);
});

const sums = ({ received }: TelegramDouble): string[] =>
  received.map(({ text }) => text).filter((text) => text.includes('could not be told in time'));

test.concurrent('what was counted and not told yet is told by the next notifier', async () => {
  await using double = await startTelegramDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  // The first one is on its way: all behind it are counted before anything gets through.
  double.fault({ code: 502, description: 'Bad Gateway' });
  let nowMs = Date.now();
  const first = start(bus, double, { nowMs: () => nowMs, limits: [], stopTimeoutMs: 1 });
  await publish(bus, 'signal_skipped', numbered(1, 1));
  await eventually(() => expect(double.calls('sendMessage')).toBeGreaterThan(1));
  await first.stop();
  nowMs += 30 * 60_000;
  await publish(bus, 'signal_skipped', numbered(2, 40));
  const second = start(bus, double, { nowMs: () => nowMs + 30 * 60_000, stopTimeoutMs: 1 });
  await second.caughtUp();
  await second.stop();
  expect(double.received).toEqual([]);
  double.fault({ code: 502, description: 'Bad Gateway' }, 0);
  await using _third = start(bus, double, { nowMs: () => nowMs + 30 * 60_000, limits: [] });
  await eventually(() => expect(sums(double)).toHaveLength(1));
  expect(sums(double)[0]).toContain('40 × signal skipped');
});

test.concurrent('in quiet hours the sum of what was missed makes no sound', async () => {
  await using double = await startTelegramDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await publish(bus, 'signal_skipped', numbered(1, 3));
  await using _notifier = start(bus, double, {
    nowMs: () => Date.now() + 30 * 60_000,
    limits: [],
    rules: {
      events: {},
      atLeast: 'info',
      quietHours: { from: 0, to: 24 * 60, zone: 'UTC' },
    },
  });
  await eventually(() => expect(sums(double)).toHaveLength(1));
  expect(double.received[0]?.sent.disable_notification).toBe(true);
});

test.concurrent('one that Telegram refuses takes none of its bundle with it', async () => {
  await using double = await startTelegramDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using notifier = start(bus, double, { limits: [] });
  double.fault({ code: 400, description: 'Bad Request: something is wrong with it' }, 2);
  await publish(bus, 'signal_skipped', numbered(1, 5));
  await notifier.caughtUp();
  const told = toldIn(double);
  expect(told.length).toBeGreaterThanOrEqual(4);
});
