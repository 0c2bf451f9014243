import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

const Sent = z.looseObject({ text: z.string() });

/** A server that takes every message as Telegram would. */
export async function startBotApi(
  onMessage: (text: string) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      onMessage(Sent.parse(JSON.parse(body)).text);
      response.end('{"ok": true, "result": {"message_id": 1}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
