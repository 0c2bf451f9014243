import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { createTelegramClient } from './client.ts';

test.each(['', '/', '/telegram', '/telegram/'])(
  'a server of one’s own is reached at http://…%s',
  async (path) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"ok":true,"result":true}');
    }).listen(0, '127.0.0.1');
    await using _server = {
      async [Symbol.asyncDispose]() {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      },
    };
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const client = createTelegramClient({
      token: '1:a',
      apiRoot: `http://127.0.0.1:${port}${path}`,
    });
    expect(await client.call('deleteWebhook', {})).toEqual({ status: 'ok', result: true });
    expect(asked).toEqual([`${path.replace(/\/$/, '')}/bot1:a/deleteWebhook`]);
  },
);
