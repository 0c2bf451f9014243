import { once } from 'node:events';
import { createServer } from 'node:http';
import { TransientError, UserError } from '@heliograph/contracts';
import { createLogger, createSilentLogger } from '@heliograph/contracts/service';
import { freePort } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { watchHealth, type HealthSources } from './watch-health.ts';

const listen = { host: '127.0.0.1', port: 0 };

function sources(change: Partial<HealthSources> = {}): HealthSources {
  return {
    untold: async () => 0,
    told: () => 3,
    heartbeats: () => [{ service: 'execution/one', seenMs: 0, isSilent: false }],
    log: createSilentLogger(),
    ...change,
  };
}

async function ask(url: string | undefined, init: RequestInit = {}) {
  const response = await fetch(url ?? '', init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('whoever asks is told that all is well', async () => {
  await using here = await watchHealth({ listen }, sources());
  expect(await ask(here.url)).toEqual({
    status: 200,
    body: {
      isWell: true,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      messageServer: 'reached',
      alerts: { told: 3, untold: 0, heldUpMs: 0 },
      services: [{ service: 'execution/one', isSilent: false }],
    },
  });
  expect(await ask(here.url, { method: 'HEAD' })).toEqual({ status: 200, body: undefined });
  expect((await ask(here.url, { method: 'POST' })).status).toBe(405);
  expect((await ask(here.url?.replace('/health', '/'))).status).toBe(404);
});

test('503 says what is wrong', async () => {
  const lost = new TransientError('DISCONNECTED', 'no server');
  await using here = await watchHealth({ listen }, sources({ untold: () => Promise.reject(lost) }));
  expect(await ask(here.url)).toMatchObject({ status: 503, body: { messageServer: 'lost' } });
});

test('503 also where an answer takes too long', async () => {
  const { promise: never } = Promise.withResolvers<number>();
  await using here = await watchHealth({ listen }, sources({ untold: () => never }));
  expect(await ask(here.url)).toMatchObject({ status: 503, body: { isWell: false } });
});

test('a port that is taken is refused with a sentence', async () => {
  const port = await freePort();
  await using _first = await watchHealth({ listen: { ...listen, port } }, sources());
  await expect(watchHealth({ listen: { ...listen, port } }, sources())).rejects.toThrow(
    new UserError(
      `the health endpoint cannot listen at 127.0.0.1:${port} (EADDRINUSE): name another address in HELIOGRAPH_HEALTH_LISTEN`,
    ),
  );
});

test('an address is called while all is well, and not while it is not', async () => {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(request.url ?? '');
    response.writeHead(calls.length === 1 ? 500 : 200).end('x'.repeat(10));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const lines: string[] = [];
  const log = createLogger({ name: 't', destination: { write: (text) => void lines.push(text) } });
  let isWell = true;
  const untold = async (): Promise<number> => {
    if (isWell) return 0;
    throw new TransientError('DISCONNECTED', 'no server');
  };
  await using stack = new AsyncDisposableStack();
  const ping = { url: `http://127.0.0.1:${port}/secret-uuid`, everyMs: 20 };
  stack.use(await watchHealth({ ping }, sources({ untold, log })));
  await expect.poll(() => calls.length).toBeGreaterThan(3);
  isWell = false;
  await expect
    .poll(async () => {
      const before = calls.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return calls.length - before;
    })
    .toBe(0);
  isWell = true;
  const silentAt = calls.length;
  await expect.poll(() => calls.length).toBeGreaterThan(silentAt);
  server.close();
  server.closeAllConnections();
  await expect.poll(() => lines.join('')).toContain('ECONNREFUSED');
  await stack.disposeAsync();
  const said: string[] = lines.map((line) => JSON.parse(line).msg);
  expect(said.slice(0, 3)).toEqual([
    'the ping does not get through',
    'the ping gets through again',
    'the ping does not get through',
  ]);
  // What was on its way when the server closed fails for another reason.
  expect(said.length).toBeLessThan(5);
  expect(lines.join('')).not.toContain('secret');
});
