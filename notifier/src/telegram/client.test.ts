import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { createSilentLogger } from '@heliograph/contracts/service';
import { createTelegramSink } from '../sinks/telegram-sink.ts';
import { aMessage } from '../testing/a-message.ts';
import { createTelegramClient } from './client.ts';
import { pollUpdates } from './poller.ts';

/** A server that says the same to everything. */
async function startServer(body: string) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    asked,
    apiRoot: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

test.each(['', '/', '/telegram', '/telegram/'])(
  'a server of one’s own is reached at http://…%s',
  async (path) => {
    await using server = await startServer('{"ok":true,"result":true}');
    const apiRoot = `${server.apiRoot}${path}`;
    const client = createTelegramClient({ token: '1:a', apiRoot });
    expect(await client.call('deleteWebhook', {})).toEqual({ status: 'ok', result: true });
    expect(server.asked).toEqual([`${path.replace(/\/$/, '')}/bot1:a/deleteWebhook`]);
  },
);

const strange = [
  '{"ok":true}',
  '{"ok":true,"result":null}',
  '{"ok":true,"result":{}}',
  '{"ok":true,"result":[null]}',
  '{"ok":true,"result":[{"update_id":"x"}]}',
  '{"ok":false}',
  '{"ok":false,"error_code":400,"description":5}',
  '{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":-1}}',
  'null',
  '[]',
  '0',
  '',
];

test.each(strange)('an answer that no Telegram gives ends nothing: %s', async (body) => {
  await using server = await startServer(body);
  const { apiRoot } = server;
  const sink = createTelegramSink({ token: '1:a', apiRoot, chatId: 1, limits: [] });
  const stopping = new AbortController();
  const outcome = await sink.send(aMessage('x'), stopping.signal);
  expect(['sent', 'failed', 'refused']).toContain(outcome.status);
  const client = createTelegramClient({ token: '1:a', apiRoot });
  const polling = pollUpdates({
    client,
    onUpdate: async () => undefined,
    log: createSilentLogger(),
    signal: stopping.signal,
  });
  await expect.poll(() => server.asked.length).toBeGreaterThan(2);
  stopping.abort();
  await polling;
});
