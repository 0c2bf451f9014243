import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '@heliograph/contracts/service';
import { Update } from './update.ts';

/** An update of Telegram's has some kilobytes. */
const mostBytes = 256 * 1_024;

/**
 * Takes updates from Telegram, and from nobody else: who does not know the secret learns nothing. What Telegram is not
 * told "200" for, it sends again.
 */
export function webhookRequests({
  path,
  secret,
  onUpdate,
  log,
}: {
  readonly path: string;
  readonly secret: string;
  readonly onUpdate: (update: Update) => Promise<void>;
  readonly log: Logger;
}): RequestListener {
  const wanted = digest(secret);
  let strangers = 0;

  const statusOf = async (request: IncomingMessage): Promise<number> => {
    const given = request.headers['x-telegram-bot-api-secret-token'];
    // Digests, since only what is of one length can be compared in constant time.
    if (typeof given !== 'string' || !timingSafeEqual(digest(given), wanted)) {
      if (strangers++ === 0)
        log.warn({ from: request.socket.remoteAddress }, 'a stranger knocked at the webhook');
      return 404;
    }
    if (request.url?.split('?', 1)[0] !== path) return 404;
    if (request.method !== 'POST') return 405;
    const body = await bodyOf(request);
    if (body === undefined) return 413;
    const update = Update.safeParse(jsonOf(body));
    // It would be no better the next time.
    if (!update.success) log.warn('an update was not understood');
    else await onUpdate(update.data);
    return 200;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const status = await statusOf(request).catch((err: unknown) => {
      log.error({ err }, 'an update was not taken');
      return 500;
    });
    response.writeHead(status, { 'content-length': 0, ...(status !== 200 && closing) }).end();
  };
  return (request, response) => void answer(request, response);
}

/** The rest of what a stranger has to say is not waited for. */
const closing = { connection: 'close' };

/** Undefined when there is more than that. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > mostBytes) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
