import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HearingOptions } from './poller.ts';
import { createTrouble } from './trouble.ts';
import { allowedUpdates } from './update.ts';
import { webhookRequests } from './webhook-requests.ts';

/** Where Telegram brings updates to, and where they are taken. */
export interface Webhook {
  /** As Telegram reaches it, over HTTPS. */
  readonly url: string;
  /** Where a server of our own listens for what is passed on from there. */
  readonly host: string;
  readonly port: number;
  /** What Telegram shows with each update. Default: one that is drawn at each start. */
  readonly secret?: string | undefined;
}

/** Telegram forgets nothing, but somebody else may have told it another address. */
const tellAgainMs = 600_000;

/**
 * Hears what is written to the bot where Telegram brings it, until the signal is aborted. The address stays known to
 * Telegram after that: what is written meanwhile is brought at the next start.
 */
export async function hearWebhook(
  { url, host, port, secret = randomBytes(32).toString('hex') }: Webhook,
  { client, onUpdate, log, signal }: HearingOptions,
): Promise<void> {
  const trouble = createTrouble({ log, signal });
  const { pathname: path } = new URL(url);
  const listener = webhookRequests({ path, secret, onUpdate, log });
  await using stack = new AsyncDisposableStack();
  let server: Server | undefined;
  while (!signal.aborted) {
    server ??= await listen(listener, { host, port }).then(
      (listening) => stack.adopt(listening, close),
      async (error: unknown) => {
        await trouble.wait(`${host}:${port} cannot be listened at: ${String(error)}`);
        return undefined;
      },
    );
    if (!server) continue;
    const outcome = await client.call(
      'setWebhook',
      { url, secret_token: secret, allowed_updates: allowedUpdates },
      { signal },
    );
    if (signal.aborted) return;
    if (outcome.status === 'ok') {
      trouble.over();
      await sleep(tellAgainMs, undefined, { signal }).catch(() => undefined);
    } else if (outcome.status === 'blocked') await trouble.wait(outcome.remedy);
    else if (outcome.status === 'refused') await trouble.wait(outcome.error.message);
    else await trouble.wait(outcome.error.message, outcome.retryAfterMs);
  }
}

async function listen(
  listener: ReturnType<typeof webhookRequests>,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  // Who sends a byte a minute is not waited for.
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, listener);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 1_000);
  await once(server, 'close');
  clearTimeout(late);
}
