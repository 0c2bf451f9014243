import { describe, expect, test } from 'vitest';
import { aMessage } from '../testing/a-message.ts';
import type { Fault } from '../testing/telegram-double/faults.ts';
import {
  startTelegramDouble,
  type TelegramDouble,
} from '../testing/telegram-double/telegram-double.ts';
import type { SendOutcome, Sink } from './sink.ts';
import { createTelegramSink, type TelegramSinkOptions } from './telegram-sink.ts';

const never = new AbortController().signal;

function sinkTo(double: TelegramDouble, change: Partial<TelegramSinkOptions> = {}) {
  const { token, chatId, apiRoot } = double;
  return createTelegramSink({ token, chatId, apiRoot, limits: [], ...change });
}

async function sendAndGiveUp(sink: Sink, when: () => Promise<unknown>): Promise<SendOutcome> {
  const patience = new AbortController();
  const outcome = sink.send(aMessage('x'), patience.signal);
  await when();
  patience.abort();
  return outcome;
}

test('sends HTML, without link previews, and silently what is quiet', async () => {
  await using double = await startTelegramDouble();
  const sink = sinkTo(double);
  expect(await sink.send(aMessage('one'), never)).toMatchObject({ status: 'sent' });
  await sink.send(aMessage('two', { quiet: true }), never);
  expect(double.received).toMatchObject([
    {
      text: 'one',
      sent: {
        text: '<b>one</b>',
        parse_mode: 'HTML',
        disable_notification: false,
        link_preview_options: { is_disabled: true },
      },
    },
    { text: 'two', sent: { disable_notification: true } },
  ]);
});

test('sends as plain text, once, what Telegram cannot read', async () => {
  await using double = await startTelegramDouble();
  const outcome = await sinkTo(double).send(
    aMessage('rsi < 30', { html: '<b>rsi < 30</b>' }),
    never,
  );
  expect(outcome).toMatchObject({ status: 'sent' });
  expect(double.received).toMatchObject([{ text: 'rsi < 30' }]);
  expect(double.received[0]?.sent.parse_mode).toBe(undefined);
  expect(double.calls()).toBe(2);
});

test('a picture is sent with what it belongs to, and where it cannot be, the words are', async () => {
  await using double = await startTelegramDouble();
  const sink = sinkTo(double);
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  expect(await sink.send(aMessage('shown', { picture }), never)).toMatchObject({ status: 'sent' });
  await sink.send(aMessage('broken', { picture: Buffer.from('GIF89a') }), never);
  await sink.send(aMessage('x'.repeat(1_025), { picture }), never);
  expect(double.received.map(({ text, photo }) => [text.length, photo?.length])).toEqual([
    [5, 8],
    [6, undefined],
    [1_025, undefined],
  ]);
});

test('a message that Telegram refuses for itself is refused', async () => {
  await using double = await startTelegramDouble();
  const outcome = await sinkTo(double).send(aMessage('x', { html: ' ' }), never);
  expect(outcome).toMatchObject({
    status: 'refused',
    error: { message: 'Telegram says "400 Bad Request: message text is empty"' },
  });
});

test('waits for its turn, so that Telegram never has to refuse', async () => {
  await using double = await startTelegramDouble({ limited: true });
  const sink = sinkTo(double, { limits: [{ count: 1, windowMs: 1_000 }] });
  const outcomes = [];
  for (const text of ['1', '2', '3']) outcomes.push(await sink.send(aMessage(text), never));
  expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
  expect(double.received.map(({ text }) => text)).toEqual(['1', '2', '3']);
});

test('tells how long Telegram wants to be left alone', async () => {
  await using double = await startTelegramDouble({ limited: true, chatId: -5 });
  const sink = sinkTo(double);
  await sink.send(aMessage('1'), never);
  expect(await sink.send(aMessage('2'), never)).toMatchObject({
    status: 'failed',
    retryAfterMs: 1_000,
    error: { code: 'TELEGRAM_RATE_LIMIT' },
  });
});

describe('what a person has to mend', () => {
  test.each([
    ['a wrong token', { token: '1:wrong-secret' }, /401 Unauthorized.*check the bot token/],
    ['a wrong chat', { chatId: 1 }, /chat not found.*check the chat id/],
  ])('%s', async (_, change, remedy) => {
    await using double = await startTelegramDouble();
    const outcome = await sinkTo(double, change).send(aMessage('x'), never);
    expect(outcome).toEqual({ status: 'blocked', remedy: expect.stringMatching(remedy) });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  test.each<[Fault, RegExp]>([
    [{ code: 403, description: 'Forbidden: bot was blocked by the user' }, /write to the bot/],
    [{ code: 403, description: 'Forbidden: bot was kicked from the group chat' }, /add it to/],
    [{ code: 404, description: 'Not Found' }, /check the bot token.*API address/],
    [{ code: 400, description: 'Bad Request: CHAT_WRITE_FORBIDDEN' }, /may write/],
    [{ code: 400, description: 'Bad Request: message thread not found' }, /number of the topic/],
    [{ code: 400, description: 'Bad Request: TOPIC_CLOSED' }, /open it again/],
    [{ code: 400, description: 'Bad Request: TOPIC_DELETED' }, /number of the topic/],
    [{ code: 400, description: 'Bad Request: CHANNEL_PRIVATE' }, /may write/],
    [{ code: 400, description: 'Bad Request: CHAT_ADMIN_REQUIRED' }, /may write/],
    [
      {
        code: 400,
        description: 'Bad Request: not enough rights to send text messages to the chat',
      },
      /may write/,
    ],
    [
      {
        code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        parameters: { migrate_to_chat_id: -100_5 },
      },
      /its chat id is now -1005/,
    ],
  ])('%j', async (fault, remedy) => {
    await using double = await startTelegramDouble();
    double.fault(fault);
    expect(await sinkTo(double).send(aMessage('x'), never)).toEqual({
      status: 'blocked',
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('what may pass', () => {
  test.each<[Fault, RegExp]>([
    [{ code: 500, description: 'Internal Server Error' }, /500/],
    [{ code: 502, description: 'Bad Gateway' }, /502/],
    ['hang', /no answer within 100 ms/],
    ['reset', /ECONNRESET/],
    ['lose the answer', /ECONNRESET/],
    ['garbage', /cannot be reached: FetchError/],
  ])('%j', async (fault, reason) => {
    await using double = await startTelegramDouble();
    double.fault(fault, 1);
    const sink = sinkTo(double, fault === 'hang' ? { timeoutMs: 100 } : {});
    const outcome = await sink.send(aMessage('x'), never);
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { name: 'TransientError', message: expect.stringMatching(reason) },
    });
    expect(String(outcome.status === 'failed' && outcome.error.stack)).not.toContain('secret');
    expect(await sinkTo(double).send(aMessage('x'), never), 'and it does pass').toMatchObject({
      status: 'sent',
    });
  });

  test('nobody listens', async () => {
    const double = await startTelegramDouble();
    await double[Symbol.asyncDispose]();
    const outcome = await sinkTo(double).send(aMessage('x'), never);
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { message: 'Telegram cannot be reached: ECONNREFUSED' },
    });
  });
});

test('gives up on a call or on a turn when it is told to', async () => {
  await using double = await startTelegramDouble();
  double.fault('hang', 1);
  const sink = sinkTo(double, { limits: [{ count: 1, windowMs: 60_000 }] });
  const called = (): Promise<void> => expect.poll(() => double.calls()).toBe(1);
  expect(await sendAndGiveUp(sink, called), 'during the call').toMatchObject({ status: 'failed' });
  const early = await sendAndGiveUp(sink, async () => undefined);
  expect(early, 'before its turn').toMatchObject({ status: 'failed' });
  expect(double.calls()).toBe(1);
  expect(double.received).toEqual([]);
});

describe('a message that was sent', () => {
  test('is changed, also where Telegram shows it already or cannot read it', async () => {
    await using double = await startTelegramDouble();
    const { send, editable } = sinkTo(double);
    expect(editable?.place).toBe('4711');
    expect(await send(aMessage('one'), never)).toEqual({ status: 'sent', messageId: 1 });
    const outcomes = [];
    for (const message of [
      aMessage('two'),
      aMessage('two'),
      aMessage('rsi < 30', { html: '<b>rsi < 30</b>' }),
    ])
      outcomes.push(await editable?.edit(1, message, never));
    const sent = { status: 'sent', messageId: 1 };
    expect(outcomes).toEqual([sent, sent, sent]);
    expect(double.received).toMatchObject([{ text: 'rsi < 30', edits: 2 }]);
  });

  test('is gone where it was deleted, is too old, or never was', async () => {
    await using double = await startTelegramDouble();
    const { send, editable } = sinkTo(double);
    await send(aMessage('one'), never);
    await send(aMessage('two'), never);
    double.lose(1, 'deleted');
    double.lose(2, 'too old');
    for (const messageId of [1, 2, 3])
      expect(await editable?.edit(messageId, aMessage('x'), never)).toEqual({ status: 'gone' });
  });

  test('is answered to, and where it is gone the answer is a message like any other', async () => {
    await using double = await startTelegramDouble();
    const { send } = sinkTo(double);
    await send(aMessage('one'), never);
    await send(aMessage('answer', { trade: { answers: 1 } }), never);
    double.lose(1, 'deleted');
    await send(aMessage('another', { trade: { answers: 1 } }), never);
    expect(double.received.map(({ answers }) => answers)).toEqual([undefined, 1, undefined]);
  });

  test('is changed within the limits, after whatever is to be sent', async () => {
    await using double = await startTelegramDouble({ limited: true });
    const { send, editable } = sinkTo(double, { limits: [{ count: 1, windowMs: 1_000 }] });
    await send(aMessage('one'), never);
    const order: string[] = [];
    await Promise.all([
      editable?.edit(1, aMessage('changed'), never).then(() => order.push('edit')),
      send(aMessage('two'), never).then(() => order.push('send')),
    ]);
    expect(order).toEqual(['send', 'edit']);
    expect(double.calls(), 'Telegram never had to refuse').toBe(3);
  });
});
