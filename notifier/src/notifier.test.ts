import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { defer, map, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { subjects, TransientError, type JournalEvent } from '@heliograph/contracts';
import { createMemoryServer, type Bus, type MemoryServerOptions } from '@heliograph/contracts/bus';
import { createLogger, createSilentLogger } from '@heliograph/contracts/service';
import type { Message } from './messages/message.ts';
import { startNotifier, type NotifierOptions } from './notifier.ts';
import type { SendOutcome, Sink } from './sinks/sink.ts';
import { createTelegramSink } from './sinks/telegram-sink.ts';
import { createTerminalSink } from './sinks/terminal-sink.ts';
import { aDeadLetter, aDisturbance, aSample } from './testing/samples.ts';
import {
  startTelegramDouble,
  type TelegramDouble,
} from './testing/telegram-double/telegram-double.ts';

const portfolio = 'paper-btc-2014';

async function publish(bus: Bus, event: JournalEvent): Promise<void> {
  const subject = subjects.journal(portfolio, event.type);
  await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
}

/** Skipped signals that tell each other apart by their detail. */
async function publishSkips(bus: Bus, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++)
    await publish(bus, aSample('signal_skipped', { detail: `skip ${n}` }));
}

function skips(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `skip ${from + index}`);
}

function detailsIn(texts: readonly string[]): (string | undefined)[] {
  return texts.map((text) => /skip \d+/.exec(text)?.[0]);
}

/** Who gave up on which message. */
function lettersIn({ plain }: Message): string[] | undefined {
  return / (\S+) gave up .*number (\d+)/.exec(plain)?.slice(1, 3);
}

/** A sink that does as it is told and remembers what it took. */
function aSink(
  answer: (message: Message, signal: AbortSignal) => SendOutcome | Promise<SendOutcome> = () => ({
    status: 'sent',
  }),
  maxInFlight = 1,
): Sink & { readonly taken: Message[] } {
  const taken: Message[] = [];
  return {
    name: 'test',
    maxInFlight,
    taken,
    async send(message, signal) {
      const outcome = await answer(message, signal);
      if (outcome.status === 'sent') taken.push(message);
      return outcome;
    },
  };
}

const failure: SendOutcome = { status: 'failed', error: new TransientError('DOWN', 'down') };

function start(bus: Bus, sink: Sink, change: Partial<NotifierOptions> = {}) {
  const retryDelays = { minMs: 5, maxMs: 20 };
  return startNotifier({ bus, sink, log: createSilentLogger(), retryDelays, ...change });
}

function aBus(options: MemoryServerOptions = {}): Bus {
  return createMemoryServer(options).connect();
}

function telegramTo({ token, chatId, apiRoot }: TelegramDouble): Sink {
  return createTelegramSink({ token, chatId, apiRoot, limits: [], bundles: false });
}

function aLog() {
  const stream = new PassThrough();
  const lines = () =>
    String(stream.read() ?? '')
      .split('\n')
      .filter(Boolean)
      .map((text): unknown => JSON.parse(text));
  return { log: createLogger({ name: 'notifier', destination: stream }), lines };
}

test('tells a whole trade in one message, and in another that it is over', async () => {
  await using double = await startTelegramDouble();
  await using bus = aBus();
  await using notifier = start(bus, telegramTo(double));
  for (const type of [
    'portfolio_opened',
    'order_intended',
    'order_accepted',
    'order_filled',
    'position_changed',
    'trade_closed',
    'portfolio_marked',
  ] as const)
    await publish(bus, aSample(type));
  await notifier.caughtUp();
  expect(double.received.map(({ text }) => text.split('\n')[0])).toEqual([
    '📒 [PAPER] Portfolio paper-btc-2014 opened',
    '💰 [PAPER] Closed BTC/USD: +17.67 USD (+1.77%)',
    '💰 [PAPER] Closed BTC/USD: +17.67 USD (+1.77%)',
    '🏁 [PAPER] btc-2014 has ended',
  ]);
  expect(notifier.alerts()).toBe(5);
});

test('a notifier that starts later goes on where the last one stopped, and still knows the mode', async () => {
  await using bus = aBus();
  await publish(bus, aSample('portfolio_opened'));
  const first = aSink();
  await using notifier = start(bus, first);
  await notifier.caughtUp();
  await notifier.stop();
  await notifier.finished;

  await publish(bus, aSample('order_filled'));
  const second = aSink();
  await using successor = start(bus, second);
  await successor.caughtUp();
  expect(first.taken).toHaveLength(1);
  expect(second.taken.map(({ plain }) => plain)).toEqual([
    expect.stringContaining('[PAPER] Bought BTC/USD · 1.2301 at 812.70313 = 999.71 USD'),
  ]);
});

test('an outage holds alerts up, loses none, keeps their order and is logged once', async () => {
  await using double = await startTelegramDouble();
  await using bus = aBus({ ackWaitMs: 30_000 });
  const { log, lines } = aLog();
  await using notifier = start(bus, telegramTo(double), { log });
  double.fault({ code: 502, description: 'Bad Gateway' });
  await publishSkips(bus, 1, 20);
  await expect.poll(() => double.calls()).toBeGreaterThan(2);
  expect(double.received).toEqual([]);
  double.fault('reset', 0);
  await notifier.caughtUp();
  expect(detailsIn(double.received.map(({ text }) => text))).toEqual(skips(1, 20));
  expect(lines()).toMatchObject([
    { msg: 'alerts are held up', level: 40 },
    { msg: 'alerts get through again', level: 30, afterMs: expect.any(Number) },
  ]);
});

test('waits as long as Telegram asks for', async () => {
  await using double = await startTelegramDouble({ limited: true });
  await using bus = aBus();
  await using notifier = start(bus, telegramTo(double));
  await publishSkips(bus, 1, 3);
  await notifier.caughtUp();
  expect(detailsIn(double.received.map(({ text }) => text))).toEqual(skips(1, 3));
  expect(double.calls(), 'one refusal before each of the later two').toBe(5);
});

test('what a person has to mend is said once, without the token, and alerts wait for it', async () => {
  await using double = await startTelegramDouble();
  await using bus = aBus();
  const { log, lines } = aLog();
  await using notifier = start(bus, telegramTo(double), { log });
  double.fault({ code: 403, description: `Forbidden: ${double.token} was blocked by the user` }, 3);
  await publishSkips(bus, 1, 2);
  await notifier.caughtUp();
  expect(detailsIn(double.received.map(({ text }) => text))).toEqual(skips(1, 2));
  const logged = lines();
  expect(logged).toMatchObject([
    { level: 50, msg: 'alerts are blocked', remedy: expect.stringContaining('write to the bot') },
    { msg: 'alerts get through again' },
  ]);
  expect(JSON.stringify(logged)).not.toContain('secret');
});

test('killed between sending and acknowledging, it says the same again and nothing else', async () => {
  await using double = await startTelegramDouble();
  await using bus = aBus({ ackWaitMs: 100, drainTimeoutMs: 10 });
  const telegram = telegramTo(double);
  let killed = false;
  const unlessKilled = (answer: () => void) => () => void (killed || answer());
  const dyingBus: Bus = {
    ...bus,
    copies: (options) =>
      bus
        .copies(options)
        .pipe(map((delivery) => ({ ...delivery, ack: unlessKilled(() => delivery.ack()) }))),
  };
  const dyingSink: Sink = {
    ...telegram,
    async send(message, signal) {
      const outcome = await telegram.send(message, signal);
      killed = message.plain.includes('skip 2');
      return outcome;
    },
  };
  const victim = start(dyingBus, dyingSink);
  await publishSkips(bus, 1, 4);
  await expect.poll(() => killed).toBe(true);
  await victim.stop();

  await using successor = start(bus, telegram);
  await successor.caughtUp();
  const texts = double.received.map(({ text }) => text);
  expect(detailsIn(texts)).toEqual(['skip 1', 'skip 2', 'skip 2', 'skip 3', 'skip 4']);
  expect(texts[1]).toBe(texts[2]);
});

test('a bad message becomes a dead letter, is told, and stops nothing', async () => {
  await using bus = aBus();
  const sink = aSink();
  await using notifier = start(bus, sink);
  await publishSkips(bus, 1, 1);
  await bus.publish({ subject: `trading.${portfolio}.order_filled`, id: 'bad', body: '{"type":' });
  await publishSkips(bus, 2, 2);
  await bus.publish({ subject: 'dead_letter.somebody', id: 'worse', body: 'no letter' });
  await expect.poll(() => sink.taken.length).toBe(3);
  await notifier.caughtUp();
  const told = sink.taken.map(({ plain }) => plain);
  expect(told.filter((text) => text.includes('skip'))).toHaveLength(2);
  expect(told).toContainEqual(
    expect.stringMatching(
      /notifier gave up on a message · trading\.paper-btc-2014\.order_filled.*INVALID_JSON/,
    ),
  );
});

test('a message that the sink refuses for good becomes a dead letter and stops nothing', async () => {
  await using double = await startTelegramDouble();
  await using bus = aBus();
  await using _notifier = start(bus, telegramTo(double));
  double.fault({ code: 400, description: 'Bad Request: message text is empty' }, 1);
  await publishSkips(bus, 1, 2);
  await expect.poll(() => double.received.length).toBe(2);
  const texts = double.received.map(({ text }) => text);
  expect(texts).toContainEqual(expect.stringContaining('skip 2'));
  expect(texts).toContainEqual(expect.stringContaining('notifier gave up on a message'));
});

test('alerts of other services are told', async () => {
  await using bus = aBus();
  const alert = aDisturbance();
  const subject = subjects.alert('warning');
  await bus.publish({ subject, id: alert.id, body: JSON.stringify(alert) });
  const sink = aSink();
  await using notifier = start(bus, sink);
  await notifier.caughtUp();
  expect(sink.taken.map(({ plain }) => plain)).toEqual([
    expect.stringContaining('BTC/USDT: the market has a hole'),
  ]);
});

test('several consumers that refuse one message raise one alert, over restarts too', async () => {
  await using bus = aBus();
  const refuse = async (consumer: string, sequence: number) => {
    const letter = aDeadLetter({ consumer, sequence });
    await bus.publish({
      subject: subjects.deadLetter(consumer),
      id: letter.id,
      body: JSON.stringify(letter),
    });
  };
  const first = aSink();
  await using notifier = start(bus, first);
  await refuse('execution', 12);
  await refuse('trade-log', 12);
  await refuse('trade-log', 13);
  await notifier.caughtUp();
  await notifier.stop();
  const second = aSink();
  await using successor = start(bus, second);
  await refuse('notifier', 13);
  await refuse('notifier', 14);
  await successor.caughtUp();
  expect(first.taken.map(lettersIn)).toEqual([
    ['execution', '12'],
    ['trade-log', '13'],
  ]);
  expect(second.taken.map(lettersIn)).toEqual([['notifier', '14']]);
});

test('a message that the server hands out again after its ack is not told again', async () => {
  await using bus = aBus();
  const sink = aSink();
  await using notifier = start(bus, sink);
  await publishSkips(bus, 1, 3);
  await notifier.caughtUp();
  const again = bus.copies({ consumer: 'notifier', streams: ['TRADING'], after: { TRADING: 0 } });
  again.subscribe().unsubscribe();
  await publishSkips(bus, 4, 4);
  await expect.poll(() => sink.taken.length).toBe(4);
  await notifier.caughtUp();
  expect(detailsIn(sink.taken.map(({ plain }) => plain))).toEqual(skips(1, 4));
});

test('stopping finishes the message in hand and leaves the rest to the next', async () => {
  await using bus = aBus();
  const slow = aSink(async () => {
    await sleep(100);
    return { status: 'sent' };
  }, 8);
  await using notifier = start(bus, slow);
  await publishSkips(bus, 1, 10);
  await sleep(20);
  await notifier.stop();
  const fast = aSink();
  await using successor = start(bus, fast);
  await successor.caughtUp();
  expect(detailsIn(slow.taken.map(({ plain }) => plain))).toEqual(['skip 1']);
  expect(detailsIn(fast.taken.map(({ plain }) => plain))).toEqual(skips(2, 10));
});

test('stopping does not wait for a sink that hangs or fails', async () => {
  await using double = await startTelegramDouble();
  double.fault('hang');
  await using bus = aBus();
  await using hanging = start(bus, telegramTo(double), { stopTimeoutMs: 50 });
  await publishSkips(bus, 1, 2);
  await expect.poll(() => double.calls()).toBe(1);
  const caughtUp = hanging.caughtUp();
  await Promise.all([
    hanging.stop(),
    expect(caughtUp).rejects.toMatchObject({ code: 'NOTIFIER_STOPPED' }),
  ]);

  const failing = start(
    bus,
    aSink(() => failure),
    { retryDelays: { minMs: 60_000, maxMs: 60_000 } },
  );
  await sleep(20);
  await failing.stop();

  const sink = aSink();
  await using successor = start(bus, sink);
  await successor.caughtUp();
  expect(detailsIn(sink.taken.map(({ plain }) => plain))).toEqual(skips(1, 2));
});

test('a slow sink keeps what is waiting for it', async () => {
  await using bus = aBus({ ackWaitMs: 2_000 });
  let sends = 0;
  const sink = aSink(async () => {
    if (++sends === 1) await sleep(2_500);
    return { status: 'sent' };
  }, 16);
  await using notifier = start(bus, sink);
  await publishSkips(bus, 1, 8);
  await notifier.caughtUp();
  expect(sends, 'nothing was handed out twice').toBe(8);
  expect(detailsIn(sink.taken.map(({ plain }) => plain))).toEqual(skips(1, 8));
});

test('the terminal takes thousands of events in order', async () => {
  await using bus = aBus();
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  await publishSkips(bus, 1, 5_000);
  await using notifier = start(bus, createTerminalSink({ stream }));
  await notifier.caughtUp();
  expect(detailsIn(written.trimEnd().split('\n'))).toEqual(skips(1, 5_000));
});

test('a consumer that the server has lost is made anew', async () => {
  await using bus = aBus();
  let losses = 1;
  const lossyBus: Bus = {
    ...bus,
    copies: (options) =>
      defer(() =>
        losses-- > 0
          ? throwError(() => new TransientError('CONSUMER_LOST', 'gone'))
          : bus.copies(options),
      ),
  };
  const sink = aSink();
  await using notifier = start(lossyBus, sink);
  await publishSkips(bus, 1, 1);
  await notifier.caughtUp();
  expect(sink.taken).toHaveLength(1);
});

test('a bus that closes ends it', async () => {
  const bus = aBus();
  await using notifier = start(bus, aSink());
  await bus.close();
  await expect(notifier.finished).resolves.toBe(undefined);
});
