import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/** What a server takes that is posted to. */
export interface PostDouble extends AsyncDisposable {
  readonly url: string;
  /** What was taken, oldest first. */
  readonly received: readonly { readonly text: string; readonly headers: IncomingHttpHeaders }[];
  /** The next requests get that status instead, or no answer at all. */
  fault(status: number | 'hang' | 'reset', times: number, body?: object): void;
}

const WebhookBody = z.strictObject({
  severity: z.enum(['info', 'success', 'warning', 'error']),
  quiet: z.boolean(),
  text: z.string().min(1),
  html: z.string().min(1),
});

/** As Discord documents it; a field that it does not know is refused. */
const DiscordBody = z.strictObject({
  content: z.string().min(1).max(2_000),
  allowed_mentions: z.strictObject({ parse: z.tuple([]) }),
  flags: z.literal(4_096).optional(),
});

/** Takes what our webhook promises. */
export function startWebhookDouble(): Promise<PostDouble> {
  return startPostDouble((body) => WebhookBody.parse(body).text, 200);
}

/** Takes messages as a channel's webhook does; people read them without the signs that escape others. */
export function startDiscordDouble(): Promise<PostDouble> {
  return startPostDouble(readDiscord, 204);
}

function readDiscord(body: unknown): string {
  return DiscordBody.parse(body).content.replaceAll(/\\([\\*_~`|>#[\]()<:@-])/g, '$1');
}

async function startPostDouble(read: (body: unknown) => string, ok: number): Promise<PostDouble> {
  const received: { text: string; headers: IncomingHttpHeaders }[] = [];
  let faulty: { status: number | 'hang' | 'reset'; left: number; body: object } | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fault = faulty && faulty.left-- > 0 ? faulty : undefined;
      if (fault?.status === 'hang') return;
      if (fault?.status === 'reset') return void request.socket.destroy();
      if (fault) return void response.writeHead(fault.status).end(JSON.stringify(fault.body));
      const isJson = request.headers['content-type'] === 'application/json';
      if (request.method !== 'POST' || !isJson || request.url !== '/hooks/secret')
        return void response.writeHead(404).end();
      try {
        const text = read(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        received.push({ text, headers: request.headers });
        response.writeHead(ok).end();
      } catch (error) {
        response.writeHead(400).end(String(error));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}/hooks/secret`,
    received,
    fault: (status, times, body = {}) => void (faulty = { status, left: times, body }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
