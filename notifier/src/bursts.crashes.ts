import { setImmediate } from 'node:timers/promises';
import { subjects, type JournalEventType } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { startRoutes } from './routing/start-routes.ts';
import { createBotTurns } from './sinks/bot-turns.ts';
import { createTelegramSink } from './sinks/telegram-sink.ts';
import { aSample } from './testing/samples.ts';
import { startTelegramDouble } from './testing/telegram-double/telegram-double.ts';

/** `ALERTS=1000` for a real burst, which takes a group some minutes. */
const alerts = Number(process.env['ALERTS'] ?? 150);
const log = createSilentLogger();
const retryDelays = { minMs: 200, maxMs: 2_000 };
const timeout = 120_000 + alerts * 2_000;

async function publish(
  bus: Bus,
  type: JournalEventType & ('signal_skipped' | 'order_unknown'),
  n: number,
) {
  const event = aSample(type, { detail: `number-${n}.` }, { correlationid: `idea-${n}` });
  await bus.publish({
    subject: subjects.journal('paper', type),
    id: event.id,
    body: JSON.stringify(event),
  });
  // The bus in memory keeps nobody waiting, and so lets no socket be read meanwhile.
  await setImmediate();
}

const numbersIn = (text: string): number[] =>
  [...text.matchAll(/number-(\d+)\./g)].map(([, found]) => Number(found));

const isSum = ({ text }: { text: string }): boolean => text.includes('could not be told in time');

test.each([
  ['a chat', [4_711]],
  ['a group', [-5]],
  ['forty chats of one bot', Array.from({ length: 40 }, (_, n) => 5_000 + n)],
] as const)(
  `a burst of ${alerts} alerts to %s: none is lost, order is kept, Telegram refuses nothing`,
  { timeout },
  async (_, chats) => {
    await using double = await startTelegramDouble({ limited: true, chats });
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    const { token, apiRoot } = double;
    const turns = createBotTurns();
    const [first, ...others] = chats.map((chatId) => ({
      route: `chat${Math.abs(chatId)}`,
      // Who is given up too soon is told twice.
      sink: createTelegramSink({ token, apiRoot, chatId, turns, timeoutMs: 120_000 }),
    }));
    if (!first) throw new Error('no chat');
    await using notifier = startRoutes([first, ...others], { bus, log, retryDelays });
    const begunMs = performance.now();
    /** Of each: when it was published, and how much each chat had been told by then. */
    const urgent = new Map<number, { atMs: number; told: Map<number, number> }>();
    const toldTo = (chatId: number) =>
      double.received.filter((message) => message.chatId === chatId);
    for (let n = 1; n <= alerts; n++) {
      await publish(bus, 'signal_skipped', n);
      // To forty chats the bot's own limit takes more than a second for one.
      const every = Math.ceil(alerts / (chats.length === 1 ? 4 : 2));
      if (n % every !== 0 || (chats.length > 1 && urgent.size > 0)) continue;
      const told = new Map(chats.map((chatId) => [chatId, toldTo(chatId).length]));
      urgent.set(1_000_000 + n, { atMs: performance.now(), told });
      await publish(bus, 'order_unknown', 1_000_000 + n);
    }
    await notifier.caughtUp();
    const seconds = Math.round((performance.now() - begunMs) / 1_000);
    const delaysMs: number[] = [];
    /** How many messages came before what was urgent, though it was there before them. */
    const cameBefore: number[] = [];
    for (const chatId of chats) {
      const here = toldTo(chatId);
      const told = here.flatMap(({ text }) => numbersIn(text));
      expect(told.filter((n) => n < 1_000_000)).toEqual(
        Array.from({ length: alerts }, (_, at) => at + 1),
      );
      expect(told.filter((n) => n > 1_000_000)).toEqual([...urgent.keys()]);
      for (const [at, { text, atMs }] of here.entries())
        for (const n of numbersIn(text)) {
          const published = urgent.get(n);
          if (!published) continue;
          delaysMs.push(atMs - published.atMs);
          cameBefore.push(at - (published.told.get(chatId) ?? 0));
        }
    }
    const refused = double.calls('sendMessage') - double.received.length;
    const urgentMs = Math.round(Math.max(...delaysMs));
    const figures = {
      chats: chats.length,
      alerts,
      messages: double.received.length,
      refused,
      urgentMs,
      cameBefore: Math.max(...cameBefore),
      seconds,
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(refused, 'a 429 is a mistake in counting').toBe(0);
    expect(
      Math.max(...cameBefore),
      'one was on its way, and one may have been urgent as well',
    ).toBeLessThan(3);
  },
);

test(
  `half an hour without Telegram and ${alerts} alerts: what is urgent, and one sum`,
  { timeout },
  async () => {
    await using double = await startTelegramDouble({ limited: true });
    await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
    const { token, apiRoot, chatId } = double;
    let aheadMs = 0;
    const sink = createTelegramSink({ token, apiRoot, chatId, timeoutMs: 1_000 });
    const nowMs = (): number => Date.now() + aheadMs;
    await using notifier = startRoutes([{ sink }], { bus, log, retryDelays, nowMs });
    double.fault('hang');
    const urgent: number[] = [];
    for (let n = 1; n <= alerts; n++) {
      await publish(bus, 'signal_skipped', n);
      if (n % 50 === 0)
        await publish(bus, 'order_unknown', urgent[urgent.push(1_000_000 + n) - 1] ?? 0);
    }
    await expect.poll(() => double.calls('sendMessage')).toBeGreaterThan(4);
    // The half hour is the notifier's clock; by Telegram's it is some seconds.
    aheadMs = 30 * 60_000;
    double.fault('hang', 0);
    await notifier.caughtUp();
    await expect.poll(() => double.received.filter(isSum)).toHaveLength(1);
    const told = double.received.flatMap(({ text }) => numbersIn(text));
    expect(told.filter((n) => n > 1_000_000)).toEqual(urgent);
    const summed = Number(
      /([\d,]+) × signal skipped/
        .exec(double.received.find(isSum)?.text ?? '')?.[1]
        ?.replaceAll(',', ''),
    );
    const late = new Set(told.filter((n) => n < 1_000_000));
    const figures = {
      alerts,
      urgent: urgent.length,
      messages: double.received.length,
      summed,
      toldLate: late.size,
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(summed + late.size, 'each is told or counted').toBe(alerts);
    expect(double.received.length, 'no flood').toBeLessThan(8 + urgent.length);
  },
);
