import { createHmac } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setImmediate as endOfTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { aMessage } from '../testing/a-message.ts';
import { startDiscordDouble, startWebhookDouble, type PostDouble } from '../testing/post-double.ts';
import { startTelegramDouble } from '../testing/telegram-double/telegram-double.ts';
import { createDiscordSink } from './discord-sink.ts';
import type { Sink } from './sink.ts';
import { describeRemoteSink, describeSink, type OpenRemoteSink } from './sink-contract.ts';
import { createTelegramSink } from './telegram-sink.ts';
import { createTerminalSink } from './terminal-sink.ts';
import { createWebhookSink } from './webhook-sink.ts';

const timeoutMs = 1_000;
const never = new AbortController().signal;

describeSink('terminal', async () => {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const sink = createTerminalSink({ stream });
  return {
    sink: {
      ...sink,
      async send(message, signal) {
        const outcome = await sink.send(message, signal);
        await endOfTick();
        return outcome;
      },
    },
    read: () => text.split('\n').slice(0, -1),
    [Symbol.asyncDispose]: async () => void stream.destroy(),
  };
});

describeRemoteSink('telegram', async () => {
  const double = await startTelegramDouble();
  const { token, apiRoot, chatId } = double;
  const faults = {
    down: { code: 502, description: 'Bad Gateway' },
    hang: 'hang',
    gone: { code: 403, description: 'Forbidden: bot was kicked from the group chat' },
    'wait 1 s': {
      code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    },
  } as const;
  return {
    sink: createTelegramSink({ token, apiRoot, chatId, timeoutMs, limits: [] }),
    read: () => double.received.map(({ text }) => text),
    fault: (fault, times) => double.fault(faults[fault], times),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
});

function over(double: PostDouble, sink: Sink, waitBody = {}): OpenRemoteSink {
  const faults = { down: 503, hang: 'hang', gone: 404, 'wait 1 s': 429 } as const;
  return {
    sink,
    read: () => double.received.map(({ text }) => text),
    fault: (fault, times) => double.fault(faults[fault], times, waitBody),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describeRemoteSink('webhook', async () => {
  const double = await startWebhookDouble();
  return over(double, createWebhookSink({ url: double.url, timeoutMs }));
});

describeRemoteSink('discord', async () => {
  const double = await startDiscordDouble();
  const sink = createDiscordSink({ url: double.url, timeoutMs, limits: [] });
  return over(double, sink, { message: 'You are being rate limited.', retry_after: 1 });
});

test('a webhook signs what it sends', async () => {
  await using double = await startWebhookDouble();
  const sink = createWebhookSink({ url: double.url, secret: 'key' });
  await sink.send(aMessage('x'), never);
  const body = JSON.stringify({ severity: 'info', quiet: false, text: 'x', html: '<b>x</b>' });
  const expected = createHmac('sha256', 'key').update(body).digest('hex');
  expect(double.received[0]?.headers['x-heliograph-signature']).toBe(`sha256=${expected}`);
});

test.each([
  ['moved', 302, 'blocked'],
  ['refused', 422, 'refused'],
])('a webhook that has %s', async (_, status, expected) => {
  await using double = await startWebhookDouble();
  double.fault(status, 1);
  const outcome = await createWebhookSink({ url: double.url }).send(aMessage('x'), never);
  expect(outcome.status).toBe(expected);
});

test('one that nobody listens at is a failure without its address', async () => {
  const double = await startDiscordDouble();
  await double[Symbol.asyncDispose]();
  const outcome = await createDiscordSink({ url: double.url }).send(aMessage('x'), never);
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { message: 'Discord cannot be reached: ECONNREFUSED' },
  });
});
