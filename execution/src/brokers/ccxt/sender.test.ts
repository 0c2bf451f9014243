import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { aClock } from '../../testing/clocks.ts';
import { createSender } from './sender.ts';

const received: string[] = [];
const server = createServer((request, response) => {
  received.push(`${request.method} ${request.url}`);
  if (request.url === '/slow') return;
  if (request.url === '/moved') response.writeHead(307, { location: '/elsewhere' });
  if (request.url === '/busy') response.writeHead(429, { 'retry-after': '1' });
  if (request.url === '/until')
    response.writeHead(429, {
      date: 'Mon, 05 Jan 2026 09:00:00 GMT',
      'retry-after': 'Mon, 05 Jan 2026 09:01:00 GMT',
    });
  if (request.url === '/locked') {
    response.writeHead(418, { 'retry-after': '120' }).end(() => answerLater());
    return;
  }
  if (request.url === '/later') {
    answerLater = () => response.writeHead(429).end();
    return;
  }
  response.end('{}');
});
/** Answers a request that has come, without saying how long to wait. */
let answerLater = (): unknown => undefined;
let url = '';
let closedUrl = '';
beforeAll(async () => {
  url = await listen(server);
  const closed = createServer();
  closedUrl = await listen(closed);
  await new Promise((resolve) => closed.close(resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const sender = createSender({ clock: systemClock, redirect: (path) => url + path });
const post = { method: 'POST' };
const soon = (leftMs = 10_000) => ({ leftMs: () => leftMs, abandonLate: false });
const arrived = (path: string) => received.filter((request) => request.endsWith(path)).length;

describe('what places an order', () => {
  test('sends one request that changes something, besides questions', async () => {
    const { sending, result } = await sender.once(soon(), async () => {
      await sender.fetch('/question', { method: 'GET' });
      await sender.fetch('/first', post);
      await sender.fetch('/second', post);
    });
    expect(sending).toMatchObject({ sent: true, status: 200 });
    expect(result.status).toBe('rejected');
    expect([arrived('/question'), arrived('/first'), arrived('/second')]).toEqual([1, 1, 0]);
  });

  test('sends nothing once it is too late', async () => {
    const late = { leftMs: () => -1, abandonLate: false };
    const { sending } = await sender.once(late, () => sender.fetch('/late', post));
    expect(sending).toMatchObject({ sent: false, tooLate: true });
    expect(arrived('/late')).toBe(0);
  });

  test('waits no longer than it may where only we can stop it', async () => {
    const fence = { ...soon(100), abandonLate: true };
    const { sending, result } = await sender.once(fence, () => sender.fetch('/slow', post));
    expect(sending).toMatchObject({ sent: true, status: undefined });
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
  });

  test('is known not to be sent when there was no connection', async () => {
    const nowhere = createSender({ clock: systemClock, redirect: () => closedUrl });
    const { sending, result } = await nowhere.once(soon(), () => nowhere.fetch('/', post));
    expect(sending.sent).toBe(false);
    expect(result.status).toBe('rejected');
  });

  test('is not led elsewhere', async () => {
    const { sending, result } = await sender.once(soon(), () => sender.fetch('/moved', post));
    expect(sending).toMatchObject({ sent: true, status: undefined });
    expect(result.status).toBe('rejected');
    expect(arrived('/elsewhere')).toBe(0);
  });

  test('waits with everybody else while the venue wants to hear nothing', async () => {
    const clock = aClock();
    const polite = createSender({ clock, redirect: (path) => url + path });
    await polite.fetch('/busy', post);
    const { sending } = await polite.once(soon(5_000), () => polite.fetch('/next', post));
    expect(sending).toMatchObject({ sent: false, tooLate: false, retryAfterMs: 1_000 });
    await expect(polite.fetch('/next', { method: 'GET' })).rejects.toThrow('pause');
    expect(arrived('/next')).toBe(0);
    clock.pass(1_000);
    expect((await polite.fetch('/next', post)).status).toBe(200);
  });

  test('waits as long as it was told to at most: who is locked out and goes on is locked out for longer', async () => {
    const clock = aClock();
    const polite = createSender({ clock, redirect: (path) => url + path });
    const later = polite.fetch('/later', { method: 'GET' });
    await expect.poll(() => arrived('/later')).toBe(1);
    await polite.fetch('/locked', { method: 'GET' });
    expect((await later).status).toBe(429);
    clock.pass(119_999);
    await expect(polite.fetch('/after', { method: 'GET' })).rejects.toThrow('pause');
    clock.pass(1);
    expect((await polite.fetch('/after', { method: 'GET' })).status).toBe(200);
  });

  test.each([3_600_000, -3_600_000])(
    'waits as long as it was told to, whatever the wall clock does (%i)',
    async (jumpMs) => {
      const clock = aClock();
      const polite = createSender({ clock, redirect: (path) => url + path });
      await polite.fetch('/busy', post);
      clock.jump(jumpMs);
      clock.pass(999);
      await expect(polite.fetch('/set', { method: 'GET' })).rejects.toThrow('pause');
      clock.pass(1);
      expect((await polite.fetch('/set', { method: 'GET' })).status).toBe(200);
    },
  );

  test('reckons a date to wait for by the clock of the answer', async () => {
    const clock = aClock();
    const polite = createSender({ clock, redirect: (path) => url + path });
    await polite.fetch('/until', { method: 'GET' });
    clock.pass(59_999);
    await expect(polite.fetch('/after', { method: 'GET' })).rejects.toThrow('pause');
    clock.pass(1);
    expect((await polite.fetch('/after', { method: 'GET' })).status).toBe(200);
  });

  test('leaves others alone that run at the same time', async () => {
    const late = { leftMs: () => -1, abandonLate: false };
    const placing = sender.once(late, () => sender.fetch('/placed', post));
    const response = await sender.fetch('/other', post);
    expect(response.status).toBe(200);
    expect((await placing).sending.tooLate).toBe(true);
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}
