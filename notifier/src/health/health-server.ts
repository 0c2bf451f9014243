import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { toTime, UserError } from '@heliograph/contracts';
import type { Health } from './health.ts';

export interface Listen {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface HealthServer extends AsyncDisposable {
  readonly url: string;
}

const answerWithinMs = 2_000;

/**
 * Answers `GET /health`: 200 while all is well, 503 while it is not or is not known, each with what there is to say.
 * @throws UserError when it cannot be listened there
 */
export async function startHealthServer(
  { host, port }: Listen,
  current: () => Promise<Health>,
): Promise<HealthServer> {
  const server = createServer(
    { requestTimeout: 5_000, headersTimeout: 5_000 },
    (request, response) => void answer(request, response, current),
  );
  server.maxConnections = 64;
  server.listen(port, host);
  await once(server, 'listening').catch((cause: unknown) => {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new UserError(
      `the health endpoint cannot listen at ${host}:${port} (${why}): name another address in HELIOGRAPH_HEALTH_LISTEN`,
      { cause },
    );
  });
  const address = server.address();
  const at = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${at}/health`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  { url = '', method = '' }: IncomingMessage,
  response: ServerResponse,
  current: () => Promise<Health>,
): Promise<void> {
  if (url.split('?', 1)[0] !== '/health') return end(response, 404, { error: 'ask /health' });
  if (!['GET', 'HEAD'].includes(method)) return end(response, 405, { error: 'GET it' });
  const health = await inTime(current());
  if (!health) return end(response, 503, { isWell: false, error: 'it is not known at present' });
  const { timeMs, ...rest } = health;
  end(response, health.isWell ? 200 : 503, { ...rest, time: toTime(timeMs) });
}

/** Undefined when it takes too long, or fails. */
async function inTime(health: Promise<Health>): Promise<Health | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, answerWithinMs, undefined);
  const known = await Promise.race([health, late]).catch(() => undefined);
  clearTimeout(timer);
  return known;
}

function end(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
