import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createLogger } from '@heliograph/contracts/service';
import { freePort } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import {
  startTelegramDouble,
  type TelegramDouble,
} from '../testing/telegram-double/telegram-double.ts';
import { createTelegramClient } from './client.ts';
import { pollUpdates } from './poller.ts';
import type { Update } from './update.ts';
import { hearWebhook, type Webhook } from './webhook.ts';

const secret = 'a-secret-of-the-test';
const host = '127.0.0.1';

/** Hears by webhook until it is disposed. */
function hear(double: TelegramDouble, port: number, change: Partial<Webhook> = {}) {
  const heard: Update[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  const hearing = {
    client: createTelegramClient({ token: double.token, apiRoot: double.apiRoot }),
    onUpdate: async (update: Update) => {
      if (update.message?.text === 'fail') throw new Error('it cannot be kept');
      heard.push(update);
    },
    log: createLogger({ name: 'test', destination: { write: (text) => void lines.push(text) } }),
    signal: stopping.signal,
  };
  const url = `http://${host}:${port}/bot?via=proxy`;
  const finished = hearWebhook({ url, host, port, secret, ...change }, hearing);
  return {
    heard,
    lines,
    hearing,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await finished;
    },
  };
}

function post(port: number, body: string, { path = '/bot', given = secret, method = 'POST' } = {}) {
  const headers = { 'x-telegram-bot-api-secret-token': given };
  const init = method === 'GET' ? { method, headers } : { method, headers, body };
  return fetch(`http://${host}:${port}${path}`, init).then(({ status }) => status);
}

const anUpdate = { update_id: 5, message: { message_id: 1, chat: { id: 1 }, text: 'hi' } };

test('hears what was written before and after Telegram knows where to bring it', async () => {
  await using double = await startTelegramDouble();
  double.say('before');
  await using here = hear(double, await freePort());
  await expect.poll(() => here.heard.map(({ message }) => message?.text)).toEqual(['before']);
  double.say('after');
  await expect.poll(() => here.heard.at(-1)?.message?.text).toBe('after');
  expect(double.calls('getUpdates'), 'it does not ask').toBe(0);
});

test('takes updates from whoever knows the secret, and tells nobody else anything', async () => {
  await using double = await startTelegramDouble();
  const port = await freePort();
  await using here = hear(double, port);
  await expect.poll(() => double.calls('setWebhook')).toBe(1);
  const body = JSON.stringify(anUpdate);
  for (const given of ['', 'wrong', `${secret}x`, secret.slice(1), 'ü'])
    expect(await post(port, body, { given: encodeURIComponent(given) })).toBe(404);
  expect(await fetch(`http://${host}:${port}/bot`).then((answer) => answer.text())).toBe('');
  expect(here.heard).toEqual([]);
  expect(here.lines.filter((text) => text.includes('a stranger knocked'))).toHaveLength(1);
  expect(here.lines.join('')).not.toContain(secret);
  expect(await post(port, body)).toBe(200);
  expect(here.heard).toHaveLength(1);
});

test('what is no update is refused, or passed over where it would come again for ever', async () => {
  await using double = await startTelegramDouble();
  const port = await freePort();
  await using here = hear(double, port);
  await expect.poll(() => double.calls('setWebhook')).toBe(1);
  expect(await post(port, '{', {})).toBe(200);
  expect(await post(port, '{"update_id": "x"}', {})).toBe(200);
  expect(await post(port, '', { path: '/elsewhere' })).toBe(404);
  expect(await post(port, '', { method: 'GET' })).toBe(405);
  expect(await post(port, 'x'.repeat(300_000), {})).toBe(413);
  const failing = { ...anUpdate, message: { ...anUpdate.message, text: 'fail' } };
  expect(await post(port, JSON.stringify(failing)), 'Telegram is to bring it again').toBe(500);
  expect(here.heard).toEqual([]);
  expect(await post(port, JSON.stringify(anUpdate)), 'and it goes on').toBe(200);
});

test('lives through a Telegram that cannot be told, and a port that is taken', async () => {
  await using double = await startTelegramDouble();
  double.fault({ code: 502, description: 'Bad Gateway' }, 2, 'setWebhook');
  const port = await freePort();
  const squatter = createServer().listen(port, host);
  await once(squatter, 'listening');
  await using here = hear(double, port);
  await expect.poll(() => here.lines.join('')).toContain('EADDRINUSE');
  squatter.close();
  await once(squatter, 'close');
  double.say('late');
  await expect.poll(() => here.heard.length).toBe(1);
  expect(here.lines.join('')).toContain('Telegram is heard again');
});

// Node itself would hang up after half a minute.
test('stops at once, whoever holds a connection', { timeout: 20_000 }, async () => {
  await using double = await startTelegramDouble();
  const port = await freePort();
  const here = hear(double, port);
  await expect.poll(() => double.calls('setWebhook')).toBe(1);
  const socket = connect(port, host);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write('POST /bot HTTP/1.1\r\n');
  await here[Symbol.asyncDispose]();
  socket.destroy();
});

test('a poller takes over what a webhook has left behind', async () => {
  await using double = await startTelegramDouble();
  const here = hear(double, await freePort());
  await expect.poll(() => double.calls('setWebhook')).toBe(1);
  await here[Symbol.asyncDispose]();
  const polling = new AbortController();
  const polled: Update[] = [];
  const finished = pollUpdates({
    ...here.hearing,
    onUpdate: async (update) => void polled.push(update),
    signal: polling.signal,
  });
  await expect.poll(() => double.calls('deleteWebhook')).toBe(1);
  double.say('polled');
  await expect.poll(() => polled.length).toBe(1);
  polling.abort();
  await finished;
});
