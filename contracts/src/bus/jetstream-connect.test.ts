import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../errors.ts';
import { administer } from '../testing/administer.ts';
import { eventually } from '../testing/eventually.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startTestNats } from '../testing/test-nats.ts';
import type { Delivery, Outgoing } from './bus.ts';
import { connectJetStreamBus } from './jetstream-bus.ts';
import { startNatsServer } from './nats-server.ts';
import { partitionOf } from './partition.ts';

describe.concurrent('connecting to NATS', () => {
  test('says which server cannot be reached, without the password', async () => {
    const failed = connectJetStreamBus({
      servers: 'nats://ann:secret@127.0.0.1:1',
      name: 'test',
      connectTimeoutMs: 300,
    });
    await expect(failed).rejects.toThrow('cannot reach NATS at nats://127.0.0.1:1 within 0.3 s');
    await expect(failed).rejects.toMatchObject({ name: 'UserError', exitCode: 1 });
  });

  test('waits for a server that is still starting', async () => {
    await using folder = await temporaryFolder();
    const start = { storeDir: folder.path, path: process.env['PATH'] };
    const { port, user, password, stop } = await startNatsServer(start);
    await stop();
    const connecting = connectJetStreamBus({
      servers: `nats://127.0.0.1:${port}`,
      name: 'test',
      credentials: { user, password },
    });
    await sleep(300);
    await using server = await startNatsServer({ ...start, port, credentials: { user, password } });
    await using bus = await connecting;
    expect(server.port).toBe(port);
    expect(await bus.lastSequence('SIGNALS')).toBe(0);
  });

  test('says that the credentials are refused', async () => {
    await using server = await startTestNats();
    const failed = server.connect({ credentials: { user: 'heliograph', password: 'wrong' } });
    await expect(failed).rejects.toThrow(`NATS at ${server.url} refuses the credentials`);
    await expect(failed).rejects.toMatchObject({ name: 'UserError', exitCode: 78 });
  });

  test('tries again where the server gave up waiting for the credentials', async () => {
    await using server = await pretendServer('2.14.0', 2);
    const failed = connectJetStreamBus({ servers: server.url, name: 'test' });
    await expect(failed, 'which it finds out then').rejects.toThrow('has no JetStream');
    expect(server.connections).toBe(3);
  });

  test('takes the credentials from the address too', async () => {
    await using server = await startTestNats();
    const { user, password, port } = server;
    const servers = `nats://${user}:${password}@127.0.0.1:${port}`;
    await using bus = await connectJetStreamBus({ servers, name: 'test' });
    expect(await bus.lastSequence('SIGNALS')).toBe(0);
  });

  test('refuses a server that is too old', async () => {
    await using server = await pretendServer('2.9.10');
    const failed = connectJetStreamBus({ servers: server.url, name: 'test' });
    await expect(failed).rejects.toThrow(/is version 2\.9\.10: 2\.12\.1 or newer is needed/);
    await expect(failed).rejects.toBeInstanceOf(UserError);
  });

  test('refuses a server without JetStream', async () => {
    await using server = await pretendServer('2.14.0');
    const failed = connectJetStreamBus({ servers: server.url, name: 'test' });
    await expect(failed).rejects.toThrow('has no JetStream');
    await expect(failed).rejects.toBeInstanceOf(UserError);
  });
});

describe.concurrent('streams on NATS', () => {
  test('are made once, and reported where they differ from what is declared', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect();
    await bus.publish(signal('BTC-USDT'));
    const drift: string[] = [];
    await using again = await server.connect({ onDrift: (text) => drift.push(text) });
    expect(drift).toEqual([]);
    await using admin = await administer(server);
    await admin.jsm.streams.update('PAPER', { max_bytes: 1_000_000 });
    await using third = await server.connect({ onDrift: (text) => drift.push(text) });
    expect(drift).toEqual(['stream PAPER has max_bytes 1000000, but it should be 4294967296']);
    expect(await third.lastSequence('SIGNALS')).toBe(await again.lastSequence('SIGNALS'));
  });

  test('keep their number of partitions', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect({ partitions: 4 });
    const failed = server.connect({ partitions: 16 });
    await expect(failed).rejects.toThrow(
      'stream SIGNALS keeps its messages in 4 partitions, but 16 are configured',
    );
    await expect(failed).rejects.toBeInstanceOf(UserError);
    expect(await bus.lastSequence('SIGNALS')).toBe(0);
  });

  test('are left alone by whoever only visits', async () => {
    await using server = await startTestNats();
    await using visitor = await server.connect({ provision: false });
    await using admin = await administer(server);
    expect(await Array.fromAsync(admin.jsm.streams.names())).toEqual([]);
    await using bus = await server.connect({ partitions: 4 });
    await visitor.publish(signal('BTC-USDT'));
    expect(await bus.lastSequence('SIGNALS')).toBe(1);
  });

  test('are synced, and cannot be emptied, where they must be durable', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect();
    await using admin = await administer(server);
    await bus.publish(signal('BTC-USDT'));
    await expect(admin.jsm.streams.purge('SIGNALS')).rejects.toThrow('purge not permitted');
    const [signals, market] = await Promise.all(
      ['SIGNALS', 'MARKET'].map(async (name) => (await admin.jsm.streams.info(name)).config),
    );
    expect(signals).toMatchObject({ discard: 'new', storage: 'file', allow_atomic: true });
    expect(market).toMatchObject({ discard: 'old', persist_mode: 'async' });
  });

  test('partition by venue and symbol as the memory bus does', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect();
    await using admin = await administer(server);
    const symbols = Array.from({ length: 40 }, (_, index) => `S${index}-USDT`);
    for (const symbol of symbols) await bus.publish(signal(symbol));
    for (const [index, symbol] of symbols.entries()) {
      const message = await admin.jsm.direct.getMessage('SIGNALS', { seq: index + 1 });
      expect(message?.subject.split('.')[1]).toBe(String(partitionOf(signal(symbol).subject, 16)));
    }
  });

  test('that are full, and messages that are too large, are told apart', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect();
    await using admin = await administer(server);
    await admin.jsm.streams.update('TRADING', { max_bytes: 2_000 });
    const body = 'x'.repeat(900);
    const log = bus.log('trading.paper');
    const entry = (id: string): Outgoing => ({ subject: 'trading.paper.any', id, body });
    await log.append([entry('e1')], 0);
    const full = { name: 'TransientError', code: 'STREAM_FULL' };
    await expect(bus.publish({ ...entry('e2'), body: body + body })).rejects.toMatchObject(full);
    await expect(log.append([entry('e2'), entry('e3')], 1)).rejects.toMatchObject(full);
    await expect(
      bus.publish({ ...signal('BTC-USDT'), body: 'x'.repeat(2 ** 20 + 1) }),
    ).rejects.toMatchObject({ name: 'PermanentError', code: 'TOO_LARGE' });
    expect(await bus.lastSequence('TRADING')).toBe(1);
  });
});

test('a consumer that is deleted on the server errors its copy, and subscribing again makes it anew', async () => {
  await using server = await startTestNats();
  await using bus = await server.connect();
  await using admin = await administer(server);
  const copies$ = bus.copies({ consumer: 'copier', streams: ['SIGNALS'] });
  const lost = new Promise<unknown>((resolve) => {
    copies$.subscribe({ next: (delivery) => delivery.ack(), error: resolve });
  });
  await eventually(async () => expect(await bus.lag('copier')).toBe(0));
  await admin.jsm.consumers.delete('SIGNALS', 'copier-SIGNALS');
  expect(await lost).toMatchObject({ name: 'TransientError', code: 'CONSUMER_LOST' });
  await bus.publish(signal('BTC-USDT'));
  const delivery: Delivery = await firstValueFrom(copies$);
  expect(delivery.message.sequence).toBe(1);
  delivery.ack();
});

function signal(symbol: string): Outgoing {
  return { subject: `trade_signal.sma-cross.binance.${symbol}`, id: `id-${symbol}`, body: '{}' };
}

/**
 * Speaks just enough of the protocol to be taken for a NATS server that knows no subject, and is too slow for the first so
 * many who connect.
 */
async function pretendServer(
  version: string,
  tooSlowFor = 0,
): Promise<AsyncDisposable & { url: string; readonly connections: number }> {
  const info = { server_id: 'x', version, proto: 1, headers: true, max_payload: 1_000_000 };
  let connections = 0;
  const server = createServer((socket) => {
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    if (++connections <= tooSlowFor) {
      socket.on('error', () => undefined);
      socket.write("-ERR 'Authentication Timeout'\r\n", () => socket.destroySoon());
      return;
    }
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        const reply = /PUB \$JS\.API\.INFO (\S+) /.exec(data.toString())?.[1];
        if (data.includes('PING')) socket.write('PONG\r\n');
        if (reply !== undefined) socket.write(`HMSG ${reply} 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `nats://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
