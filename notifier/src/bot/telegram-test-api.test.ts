import { TelegramServer } from 'telegram-test-api/lib/telegramServer.js';
import { subjects, type JournalEvent } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { freePort } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Control } from '../commands/control.ts';
import { startNotifier } from '../notifier.ts';
import { createTelegramSink } from '../sinks/telegram-sink.ts';
import { createTelegramClient } from '../telegram/client.ts';
import { readHtml } from '../testing/telegram-double/read-html.ts';
import { aSample } from '../testing/samples.ts';
import { standing } from '../testing/standing.ts';
import { startTelegramBot } from './bot.ts';

// A second opinion: a server of Telegram's that others have written, asked over HTTP as theirs wants it. It knows messages,
// commands, buttons and edits, waits for nothing and checks nothing; what is checked is in our own.

const token = '123456:second';
const chatId = 4_711;
const person = { id: 99, first_name: 'P', username: 'p', is_bot: false };
const chat = { id: chatId, first_name: 'P', type: 'private' };

const History = z.object({
  result: z.array(
    z.looseObject({
      messageId: z.int(),
      message: z
        .looseObject({
          text: z.string().optional(),
          reply_parameters: z.looseObject({ message_id: z.int() }).optional(),
          reply_markup: z
            .looseObject({
              inline_keyboard: z.array(
                z.array(z.looseObject({ text: z.string(), callback_data: z.string() })),
              ),
            })
            .optional(),
        })
        .optional(),
    }),
  ),
});

async function open() {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const host = '127.0.0.1';
  const server = new TelegramServer({ port, host });
  await server.start();
  stack.defer(async () => void (await server.stop()));
  const ask = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`http://${host}:${port}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const date = Math.floor(Date.now() / 1_000);
  const bus = stack.use(createMemoryServer({ drainTimeoutMs: 1 }).connect());
  const kept = stack.move();
  return {
    bus,
    apiRoot: `http://${host}:${port}`,
    /** What the bot has written, as it stands now. */
    async written() {
      const { result } = History.parse(await ask('getUpdatesHistory', { token }));
      return result.flatMap(({ messageId, message }) => {
        if (message?.text === undefined || message['chat_id'] === undefined) return [];
        const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
        const answers = message.reply_parameters?.message_id;
        // It keeps HTML as it is: Telegram's own parser reads it.
        return [{ messageId, text: readHtml(message.text).text ?? '', buttons, answers }];
      });
    },
    say: (text: string) =>
      ask('sendCommand', {
        botToken: token,
        date,
        from: person,
        chat,
        text,
        entities: [{ offset: 0, length: text.length, type: 'bot_command' }],
      }),
    press: (messageId: number, data: string) =>
      ask('sendCallback', {
        botToken: token,
        date,
        from: person,
        message: { message_id: messageId, date, chat },
        data,
      }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function publish(bus: Bus, event: JournalEvent): Promise<void> {
  const subject = subjects.journal('paper', event.type);
  await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
}

test('a trade is one message that changes, and its end answers to it', async () => {
  await using here = await open();
  const { bus, apiRoot } = here;
  const sink = createTelegramSink({ token, chatId, apiRoot, limits: [] });
  await using notifier = startNotifier({ bus, sink, log: createSilentLogger(), settleMs: 20 });
  for (const type of ['portfolio_opened', 'order_intended', 'order_filled'] as const)
    await publish(bus, aSample(type));
  await notifier.caughtUp();
  await publish(bus, aSample('trade_closed'));
  await notifier.caughtUp();
  const [opened, story, closed, ...others] = await here.written();
  expect(others).toEqual([]);
  expect(opened?.text).toContain('Portfolio paper-btc-2014 opened');
  expect(story?.text).toMatch(/^💰 \[PAPER\] Closed BTC\/USD: \+17\.67 USD[^]*✅ Bought 1\.2301/);
  expect(closed).toMatchObject({ answers: story?.messageId });
});

test('a command is answered, and a button does what it says, once', async () => {
  await using here = await open();
  const { bus, apiRoot } = here;
  bus
    .requests('query.*')
    .subscribe(({ respond }) =>
      respond(JSON.stringify({ status: 'ok', result: { portfolios: [standing] } })),
    );
  const halts: string[] = [];
  const control: Control = {
    async change(state, { author }) {
      halts.push(`${state} by ${author}`);
      return { followed: ['money'], unanswered: [], overruled: [] };
    },
    close: async () => [],
    panic: async () => ({ closed: [], left: [] }),
    cancel: async () => [],
    heartbeats: () => [],
    logs: () => [],
    version: '9.9.9',
  };
  const client = createTelegramClient({ token, apiRoot });
  const polls: number[] = [];
  await using _bot = startTelegramBot({
    bus,
    client: {
      call(method, ...rest) {
        if (method === 'getUpdates') polls.push(performance.now());
        return client.call(method, ...rest);
      },
    },
    control,
    access: { userIds: [person.id], chatIds: [chatId] },
    log: createSilentLogger(),
  });
  const answers = async (): Promise<string> =>
    (await here.written()).map(({ text }) => text).join('\n');

  await here.say('/status');
  await expect.poll(answers).toContain('1,010.5 USDT');
  await here.say('/stop');
  await expect.poll(answers).toContain('ACTIVE → HALTED');
  const question = (await here.written()).at(-1);
  const [yes] = question?.buttons ?? [];
  await here.press(question?.messageId ?? 0, yes?.callback_data ?? '');
  await here.press(question?.messageId ?? 0, yes?.callback_data ?? '');
  await expect.poll(answers).toContain('It is HALTED');
  expect((await here.written()).at(-1)?.messageId, 'in place of the question').toBe(
    question?.messageId,
  );
  expect(halts).toEqual(['HALTED by telegram 99 (@p)']);
  const begun = polls.length;
  const sinceMs = performance.now();
  await expect.poll(() => polls.length).toBeGreaterThan(begun + 1);
  expect(
    performance.now() - sinceMs,
    'a server that does not wait is not run down',
  ).toBeGreaterThan(400);
});
