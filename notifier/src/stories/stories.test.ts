import { subjects, type JournalEvent, type JournalEventType } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { startNotifier, type NotifierOptions } from '../notifier.ts';
import { createTelegramSink } from '../sinks/telegram-sink.ts';
import { aSample } from '../testing/samples.ts';
import {
  startTelegramDouble,
  type TelegramDouble,
} from '../testing/telegram-double/telegram-double.ts';

const idea = { correlationid: 'k3signal' };
const at = (clock: string) => ({ ...idea, time: `2014-01-05T${clock}:00.000Z` });
const exit = { intent: 'exit', side: 'sell', orderId: 'k3out', signalId: 'k3exit' };
const stop = { ...exit, role: 'stop_loss', orderType: 'stop', stopPrice: '790' };

const opened = aSample('portfolio_opened');
const bought = [
  aSample('order_intended', {}, at('12:30')),
  aSample('order_accepted', {}, at('12:30')),
  aSample('order_filled', { quantity: '1', filledQuantity: '1', complete: false }, at('12:31')),
  aSample('order_filled', { fillId: '77-2', quantity: '0.2301' }, at('12:33')),
  aSample('position_changed', {}, at('12:33')),
  aSample('order_intended', stop, at('12:33')),
];
const sold = [
  aSample('order_intended', exit, at('14:43')),
  aSample('order_filled', { side: 'sell', orderId: 'k3out', price: '828.7' }, at('14:44')),
  aSample('trade_closed', {}, at('14:44')),
];

async function publish(bus: Bus, ...events: readonly JournalEvent[]): Promise<void> {
  for (const event of events)
    await bus.publish({
      subject: subjects.journal('paper-btc-2014', event.type),
      id: event.id,
      body: JSON.stringify(event),
    });
}

function aBus() {
  return createMemoryServer({ drainTimeoutMs: 1, ackWaitMs: 300 }).connect();
}

function start(
  bus: Bus,
  { token, chatId, apiRoot }: TelegramDouble,
  change: Partial<NotifierOptions> = {},
) {
  return startNotifier({
    bus,
    sink: createTelegramSink({ token, chatId, apiRoot, limits: [] }),
    log: createSilentLogger(),
    retryDelays: { minMs: 10, maxMs: 20 },
    settleMs: 20,
    ...change,
  });
}

async function open(change: Partial<NotifierOptions> = {}) {
  await using stack = new AsyncDisposableStack();
  const double = stack.use(await startTelegramDouble());
  const bus = stack.use(aBus());
  const notifier = stack.use(start(bus, double, change));
  const kept = stack.move();
  return { double, bus, notifier, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const whole = `💰 [PAPER] Closed BTC/USD: +17.67 USD (+1.77%)
sma-cross enters on bitstamp
For 1,000 USD, market order, near 812.5
Why: SMA 10 crossed above SMA 20
12:31 ⏳ Bought 1 at 812.70313, fee 1 USD
12:33 ✅ Bought 0.2301 at 812.70313, fee 1 USD
12:33 🛡 stop loss, stop order at 790
14:43 🟠 sell, market order
14:44 ✅ Sold 1.2301 at 828.7, fee 1 USD
14:44 💰 closed: signal, held 2h 14m
2014-01-05 14:44 UTC · #k3signal`;

test('a trade has one message, which tells all of it, and rings again when it is closed', async () => {
  await using here = await open();
  const { double, bus, notifier } = here;
  await publish(bus, opened, ...bought);
  await notifier.caughtUp();
  const [, story] = double.received;
  expect(double.received).toHaveLength(2);
  expect(story?.text).toContain('[PAPER] Buy BTC/USD');
  expect(story?.text).toContain('12:33 🛡 stop loss');
  expect(story?.edits).toBeGreaterThan(0);

  await publish(bus, ...sold);
  await notifier.caughtUp();
  expect(double.received[1]?.text).toBe(whole);
  expect(double.received.slice(2)).toMatchObject([
    {
      text: expect.stringMatching(/^💰 \[PAPER\] Closed BTC\/USD: \+17.67 USD/),
      answers: story?.messageId,
      sent: { disable_notification: false },
    },
  ]);
});

test.each<[JournalEventType, object, string]>([
  ['order_rejected', {}, '⛔ buy rejected: INSUFFICIENT_FUNDS'],
  ['order_unknown', {}, '❓ no answer from bitstamp'],
  ['order_triggered', {}, '🎯 reached 790.12'],
  ['order_cancelled', {}, '🚫 buy cancelled: TAPE_ENDED'],
  ['incident_reported', { kind: 'UNPROTECTED' }, '🚨 Protection lost'],
])('%s rings as an answer, and its message tells it too', async (type, change, words) => {
  await using here = await open();
  const { double, bus, notifier } = here;
  await publish(bus, opened, ...bought);
  await notifier.caughtUp();
  await publish(bus, aSample(type, change, at('12:40')));
  await notifier.caughtUp();
  expect(double.received[1]?.text).toContain(`12:40 ${words}`);
  expect(double.received.slice(2)).toMatchObject([
    { answers: 2, sent: { disable_notification: false } },
  ]);
});

test('a notifier that begins later goes on with the same message', async () => {
  await using here = await open();
  const { double, bus, notifier } = here;
  await publish(bus, opened, ...bought);
  await notifier.caughtUp();
  await notifier.stop();
  await publish(bus, ...sold);
  await using next = start(bus, double);
  await next.caughtUp();
  expect(double.received).toHaveLength(3);
  expect(double.received[1]?.text).toBe(whole);
});

test('what a notifier could not show any more is shown by the next one', async () => {
  await using here = await open({ stopTimeoutMs: 10 });
  const { double, bus, notifier } = here;
  await publish(bus, opened, ...bought.slice(0, 1));
  await notifier.caughtUp();
  double.fault({ code: 502, description: 'Bad Gateway' }, Infinity, 'editMessageText');
  await publish(bus, ...bought.slice(1));
  await expect.poll(() => double.calls('editMessageText')).toBeGreaterThan(1);
  await notifier.stop();
  double.fault('reset', 0, 'editMessageText');
  await using next = start(bus, double);
  await next.caughtUp();
  expect(double.received[1]?.text).toContain('12:33 ✅ Bought 0.2301');
  expect(double.received).toHaveLength(2);
});

test.each(['deleted', 'too old'] as const)(
  'a message that is %s has a successor, silently, which is changed from then on',
  async (how) => {
    await using here = await open();
    const { double, bus, notifier } = here;
    await publish(bus, opened, ...bought);
    await notifier.caughtUp();
    double.lose(2, how);
    await publish(bus, ...sold);
    await notifier.caughtUp();
    const stories = double.received.filter(({ text }) => text === whole);
    expect(stories).toMatchObject([{ sent: { disable_notification: true } }]);
    expect(stories[0]?.messageId).toBeGreaterThan(2);
    const late = aSample(
      'order_cancelled',
      { orderId: 'k3stop', reason: 'POSITION_CLOSED' },
      at('14:45'),
    );
    await publish(bus, late);
    await notifier.caughtUp();
    const now = double.received.find(({ messageId }) => messageId === stories[0]?.messageId);
    expect(now?.text).toContain('14:45 🚫 buy cancelled: POSITION_CLOSED');
  },
);

test('after two days it is told anew, out of sight as it was', async () => {
  let nowMs = Date.now();
  await using here = await open({ nowMs: () => nowMs, lateAfterMs: Infinity });
  const { double, bus, notifier } = here;
  await publish(bus, opened, ...bought);
  await notifier.caughtUp();
  const edits = double.calls('editMessageText');
  nowMs += 48 * 3_600_000;
  await publish(bus, ...sold);
  await notifier.caughtUp();
  expect(double.calls('editMessageText')).toBe(edits);
  expect(double.received.filter(({ text }) => text === whole)).toHaveLength(1);
});

test('told twice it is the same to look at', async () => {
  await using double = await startTelegramDouble();
  await using bus = aBus();
  // The answer is lost, which nobody can tell from a message that is lost.
  double.fault('lose the answer', 1, 'sendMessage');
  await using notifier = start(bus, double);
  await publish(bus, ...bought.slice(0, 1));
  await notifier.caughtUp();
  expect(double.received.map(({ text }) => text)).toEqual(Array(2).fill(double.received[0]?.text));
  await publish(bus, ...bought.slice(1));
  await notifier.caughtUp();
  expect(double.received.map(({ edits }) => edits > 0)).toEqual([false, true]);
});

test('exits that do not know the idea belong to what is held; another entry does not', async () => {
  await using here = await open();
  const { double, bus, notifier } = here;
  await publish(bus, opened, ...bought);
  const other = { correlationid: 'by-hand', time: '2014-01-05T13:00:00.000Z' };
  await publish(bus, aSample('order_intended', { ...exit, role: 'exit' }, other));
  await publish(bus, aSample('trade_closed', { exitReason: 'manual' }, other));
  await publish(
    bus,
    aSample('order_intended', { signalId: 'k4' }, { ...other, correlationid: 'k4' }),
  );
  await notifier.caughtUp();
  expect(double.received.map(({ text, answers }) => [text.split('\n')[0], answers])).toEqual([
    [expect.stringContaining('opened'), undefined],
    ['💰 [PAPER] Closed BTC/USD: +17.67 USD (+1.77%)', undefined],
    ['💰 [PAPER] Closed BTC/USD: +17.67 USD (+1.77%)', 2],
    ['🔵 [PAPER] Buy BTC/USD', undefined],
  ]);
});

test('what a route turns off is not in the message, and what it wants to hear rings', async () => {
  const rules = {
    events: { order_intended: 'sound', order_filled: 'sound', trade_closed: 'off' },
    atLeast: 'info',
  } as const;
  await using here = await open({ rules });
  const { double, bus, notifier } = here;
  await publish(bus, ...bought, ...sold);
  await notifier.caughtUp();
  const answers = double.received.filter((each) => each.answers === 1);
  expect(answers.map(({ text }) => text.split('\n')[0])).toEqual([
    expect.stringContaining('Bought BTC/USD, in part'),
    expect.stringContaining('Bought BTC/USD'),
    expect.stringContaining('Stop loss: sell'),
    expect.stringContaining('Sell BTC/USD'),
    expect.stringContaining('Sold BTC/USD'),
  ]);
  expect(double.received[0]?.text).not.toContain('closed: signal');
});

test('of an order that is filled in very many parts the beginning and the end are told, and kept', async () => {
  await using here = await open();
  await publish(here.bus, opened, ...bought.slice(0, 2));
  const fills = Array.from({ length: 300 }, (_, n) =>
    aSample('order_filled', { fillId: `f-${n}`, quantity: '0.001', complete: false }, at('12:31')),
  );
  await publish(here.bus, ...fills);
  await here.notifier.caughtUp();
  const texts = here.double.received.map(({ text }) => text);
  expect(texts.findLast((text) => text.startsWith('🔵'))).toMatch(
    /(12:31 ⏳ Bought[^\n]*\n){4}… 276 more …\n(12:31 ⏳ Bought[^\n]*\n){20}/,
  );
  const bucket = await here.bus.bucket('trade-messages');
  for (const { value } of await bucket.entries()) expect(value.length).toBeLessThan(10_000);
});

test('trades that come by the dozen are told together', async () => {
  let nowMs = Date.now() + 60_000;
  await using here = await open({ nowMs: () => nowMs });
  const { double, bus, notifier } = here;
  double.fault({ code: 502, description: 'Bad Gateway' }, 3);
  for (const n of Array(24).keys())
    await publish(bus, aSample('order_intended', {}, { correlationid: `idea${n}` }));
  await notifier.caughtUp();
  expect(double.received.length).toBeLessThan(8);
  nowMs = Date.now();
  await publish(bus, aSample('trade_closed', {}, { correlationid: 'idea23' }));
  await notifier.caughtUp();
  expect(double.received.at(-1)?.answers, 'where it was told of').toBe(double.received.length - 1);
  await notifier.stop();
  await using next = start(bus, double, { nowMs: () => nowMs });
  await next.caughtUp();
  expect(double.calls('editMessageText'), 'what was told together stays as it is').toBe(0);
});

test('a fill that comes before the beginning of its own trade is no part of the one before', async () => {
  await using here = await open();
  const next = { correlationid: 'k3next', time: '2014-01-05T12:40:00.000Z' };
  await publish(here.bus, opened, ...bought);
  await publish(here.bus, aSample('order_filled', { fillId: 'next', quantity: '7' }, next));
  await here.notifier.caughtUp();
  const texts = here.double.received.map(({ text }) => text);
  const told = texts.filter((text) => /Bought.*7 at/s.test(text));
  expect(told).toEqual([expect.stringContaining('#k3next')]);
});
