import { subjects } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { createDiscordSink } from '../sinks/discord-sink.ts';
import { createTelegramSink } from '../sinks/telegram-sink.ts';
import { aMessage } from '../testing/a-message.ts';
import { startDiscordDouble } from '../testing/post-double.ts';
import { aSample } from '../testing/samples.ts';
import { startTelegramDouble } from '../testing/telegram-double/telegram-double.ts';
import { openDigest } from './digest.ts';
import type { Rules } from './rules.ts';
import { startRoutes, type AlertRoute } from './start-routes.ts';

const at = (sequence: number) => ({ stream: 'TRADING', sequence, consumer: 'notifier-phone' });

async function publish(bus: Bus, ...details: string[]): Promise<void> {
  const subject = subjects.journal('paper', 'signal_skipped');
  for (const detail of details) {
    const event = aSample('signal_skipped', { detail });
    await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  }
}

async function open(phoneRules: Partial<Rules> = {}) {
  await using stack = new AsyncDisposableStack();
  const telegram = stack.use(await startTelegramDouble());
  const discord = stack.use(await startDiscordDouble());
  const bus = stack.use(createMemoryServer({ drainTimeoutMs: 1 }).connect());
  const { token, chatId, apiRoot } = telegram;
  const phone: AlertRoute = {
    route: 'phone',
    sink: createTelegramSink({ token, chatId, apiRoot, threadId: 7, limits: [], bundles: false }),
    rules: { events: {}, atLeast: 'info', ...phoneRules },
  };
  const team: AlertRoute = {
    route: 'team',
    sink: createDiscordSink({ url: discord.url, limits: [] }),
  };
  const retryDelays = { minMs: 5, maxMs: 20 };
  const log = createSilentLogger();
  const notifier = stack.use(startRoutes([phone, team], { bus, log, retryDelays }));
  const kept = stack.move();
  return { telegram, discord, bus, notifier, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test('each route is told everything, in its topic, by its own rules', async () => {
  await using here = await open({ events: { signal_skipped: 'sound' } });
  await publish(here.bus, 'one', 'two');
  await here.notifier.caughtUp();
  expect(here.telegram.received.map(({ text }) => /one|two/.exec(text)?.[0])).toEqual([
    'one',
    'two',
  ]);
  expect(here.telegram.received[0]?.sent).toMatchObject({
    message_thread_id: 7,
    disable_notification: false,
  });
  expect(here.discord.received.map(({ text }) => /one|two/.exec(text)?.[0])).toEqual([
    'one',
    'two',
  ]);
  expect(here.notifier.alerts()).toBe(4);
});

test('what a route does not want it does not get', async () => {
  await using here = await open({ events: { signal_skipped: 'off', service: 'off' } });
  await publish(here.bus, 'one');
  expect(await here.notifier.tell(aMessage('hello'), 'service')).toBe(true);
  await here.notifier.caughtUp();
  expect(here.telegram.received).toEqual([]);
  expect(here.discord.received).toHaveLength(2);
});

test('a route that is closed waits alone; the others go on and are told', async () => {
  await using here = await open();
  const kicked = { code: 403, description: 'Forbidden: bot was kicked from the group chat' };
  here.telegram.fault(kicked, Infinity);
  await publish(here.bus, 'one', 'two');
  await expect.poll(() => here.discord.received.length).toBe(3);
  expect(here.discord.received.map(({ text }) => text).join('\n')).toMatch(
    /Alerts do not get through: phone · .*kicked.*add it to the group again/,
  );
  expect(await here.notifier.untold()).toBe(2);
  here.telegram.fault(kicked, 0);
  await here.notifier.caughtUp();
  expect(here.telegram.received).toHaveLength(2);
  expect(here.discord.received, 'told once').toHaveLength(3);
});

test('a route that is closed is told of once, however much of it waits there', async () => {
  await using telegram = await startTelegramDouble();
  await using discord = await startDiscordDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { token, chatId, apiRoot } = telegram;
  const phone = createTelegramSink({ token, chatId, apiRoot, limits: [] });
  const team = createDiscordSink({ url: discord.url, limits: [] });
  telegram.fault({ code: 403, description: 'Forbidden: bot was blocked by the user' });
  await using _notifier = startRoutes(
    [
      { route: 'phone', sink: phone },
      { route: 'team', sink: team, rules: { events: {}, atLeast: 'error' } },
    ],
    { bus, log: createSilentLogger(), retryDelays: { minMs: 5, maxMs: 20 } },
  );
  const urgent = async (detail: string): Promise<void> => {
    const event = aSample('order_unknown', { detail });
    const subject = subjects.journal('paper', 'order_unknown');
    await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  };
  await publish(bus, 'one');
  await urgent('two');
  await expect.poll(() => telegram.calls('sendMessage')).toBeGreaterThan(6);
  await urgent('three');
  await expect.poll(() => discord.received.at(-1)?.text).toContain('three');
  const told = discord.received.map(({ text }) => text).filter((text) => text.includes('phone'));
  expect(told).toHaveLength(1);
});

test('a digest counts what is urgent and what is not, whichever comes first', async () => {
  await using telegram = await startTelegramDouble();
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { token, chatId, apiRoot } = telegram;
  const sink = createTelegramSink({ token, chatId, apiRoot, limits: [] });
  const rules: Rules = {
    events: { signal_skipped: 'digest', order_unknown: 'digest' },
    atLeast: 'info',
  };
  // Both kinds are there before anything is told: what is urgent is read on its own, and further on.
  for (const n of [1, 2, 3]) {
    await publish(bus, `skip ${n}`);
    const event = aSample('order_unknown', { detail: String(n) });
    const subject = subjects.journal('paper', 'order_unknown');
    await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  }
  await using notifier = startRoutes([{ route: 'phone', sink, rules }], {
    bus,
    log: createSilentLogger(),
  });
  await notifier.caughtUp();
  const kept = await (await bus.bucket('digests')).get('notifier-phone');
  expect(JSON.parse(kept?.value ?? '')).toMatchObject({
    counts: { signal_skipped: 3, order_unknown: 3 },
  });
});

test('a digest is told from time to time, counts each once, and outlives the process', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  let nowMs = Date.parse('2026-01-05T08:00:00Z');
  const told: string[] = [];
  let takes = false;
  const begin = () =>
    openDigest({
      bus,
      route: 'phone',
      everyMs: 3_600_000,
      tell: async ({ plain }) => {
        if (takes) told.push(plain);
        return takes;
      },
      log: createSilentLogger(),
      nowMs: () => nowMs,
      lookEveryMs: 5,
    });
  await using first = begin();
  await first.add('order_filled', at(5));
  await first.add('order_filled', at(5));
  await first.add('signal_skipped', at(6));
  await first[Symbol.asyncDispose]();
  await using second = begin();
  await second.add('order_filled', at(7));
  nowMs += 3_600_000;
  takes = true;
  await expect
    .poll(() => told)
    .toEqual([
      '2026-01-05 09:00 UTC 🗞 Digest: 3 alerts · Since 2026-01-05 08:00 UTC · 2 × order filled · 1 × signal skipped',
    ]);
  nowMs += 7_200_000;
  await second.add('order_filled', at(7));
  await second.add('order_filled', at(8));
  nowMs += 3_600_000;
  await expect.poll(() => told.length).toBe(2);
  expect(told[1]).toContain('Digest: 1 alert');
});

test('what is for the digest is not told one by one', async () => {
  await using here = await open({ events: { signal_skipped: 'digest' } });
  await publish(here.bus, 'one', 'two', 'three');
  await here.notifier.caughtUp();
  expect(here.telegram.received).toEqual([]);
  const kept = await (await here.bus.bucket('digests')).get('notifier-phone');
  expect(JSON.parse(kept?.value ?? '')).toMatchObject({ counts: { signal_skipped: 3 } });
});
