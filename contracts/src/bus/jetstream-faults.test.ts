import { setTimeout as sleep } from 'node:timers/promises';
import { retry } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Bus, Outgoing } from './bus.ts';
import { handleEach } from './handle-each.ts';
import { connectJetStreamBus, type JetStreamBusOptions } from './jetstream-bus.ts';
import { startNatsServer, type NatsServer } from './nats-server.ts';
import { administer } from '../testing/administer.ts';
import { eventually } from '../testing/eventually.ts';
import { openTcpLine } from '../testing/tcp-line.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startTestNats } from '../testing/test-nats.ts';

describe.concurrent('JetStream bus with faults', () => {
  test('loses nothing when the server is killed and started again', async () => {
    await using folder = await temporaryFolder();
    const first = await start(folder.path);
    const connection: string[] = [];
    const onConnection = (state: string): void => void connection.push(state);
    await using bus = await connectTo(first, { ackWaitMs: 1_000, onConnection });
    const copied: string[] = [];
    const queued: string[] = [];
    const followed: string[] = [];
    const watched: (string | undefined)[] = [];
    const bucket = await bus.bucket('state');
    const options = { parse: ({ id }: { id: string }) => id, retryDelayMs: 50 };
    bus
      .copies({ consumer: 'trade-log', streams: ['TRADING'], maxInFlight: 8 })
      .pipe(
        handleEach({ ...options, handle: async (id) => void copied.push(id) }),
        retry({ delay: 50 }),
      )
      .subscribe();
    bus
      .queue({ group: 'execution' })
      .pipe(
        handleEach({
          ...options,
          concurrency: Infinity,
          handle: async (id) => void queued.push(id),
        }),
        retry({ delay: 50 }),
      )
      .subscribe();
    bus
      .log('trading.paper')
      .follow(0)
      .subscribe(({ id }) => followed.push(id));
    bucket.watch().subscribe(({ value }) => watched.push(value));
    bus.requests('control.status').subscribe((request) => request.respond('fine'));

    await bucket.put('paper', 'ACTIVE');
    const published: Outgoing[] = [];
    const appended: Outgoing[] = [];
    const enough = new AbortController();
    const publishing = (async () => {
      for (let index = 0; !enough.signal.aborted; index++) {
        published.push(signal(index));
        await bus.publish(signal(index));
      }
    })();
    const appending = (async () => {
      const log = bus.log('trading.paper');
      let last = 0;
      for (let index = 0; !enough.signal.aborted; index++) {
        const batch = [entry(`e${index}a`), entry(`e${index}b`)].slice(0, 1 + (index % 2));
        appended.push(...batch);
        const outcome = await log.append(batch, last);
        if (outcome.status !== 'appended') throw new Error(`batch ${index}: ${outcome.status}`);
        last = outcome.sequence;
      }
    })();

    await eventually(() => {
      expect(copied.length).toBeGreaterThan(20);
      expect([queued.length, followed.length, watched.length]).not.toContain(0);
    });
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await first.stop();
    await sleep(300);
    await using second = await start(folder.path, first);
    const before = copied.length;
    await eventually(() => expect(copied.length).toBeGreaterThan(before + 20));
    enough.abort();
    await Promise.all([publishing, appending]);

    const entries = appended.map(({ id }) => id);
    await eventually(() => expect(new Set(queued)).toEqual(new Set(published.map(({ id }) => id))));
    await eventually(() => expect(new Set(copied)).toEqual(new Set(entries)));
    await eventually(() => expect(followed).toEqual(entries));
    expect((await bus.log('trading.paper').readAfter(0)).map(({ id }) => id)).toEqual(entries);
    await bucket.put('paper', 'HALTED');
    await eventually(() => expect(watched).toEqual(['ACTIVE', 'HALTED']));
    expect(await bus.request('control.status', '')).toBe('fine');
    expect(second.port).toBe(first.port);
    expect([connection[0], connection.at(-1)]).toEqual(['lost', 'back']);
  });

  test('finds out whether an append whose answer was lost was stored', async () => {
    await using server = await startTestNats();
    await using line = await openTcpLine(server.port);
    await using bus = await server.connect({ servers: `nats://127.0.0.1:${line.port}` });
    await using direct = await server.connect();
    const log = bus.log('trading.paper');
    for (const batch of [[entry('e1')], [entry('e2'), entry('e3')]]) {
      const last = await direct.lastSequence('TRADING');
      line.mute();
      const appending = log.append(batch, last);
      await eventually(async () =>
        expect(await direct.lastSequence('TRADING')).toBe(last + batch.length),
      );
      line.cut();
      expect(await appending).toEqual({ status: 'appended', sequence: last + batch.length });
    }
    line.mute();
    const overtaken = log.append([entry('e4')], 2);
    await sleep(50);
    line.cut();
    expect(await overtaken).toEqual({ status: 'conflict' });
    expect((await log.readAfter(0)).map(({ id }) => id)).toEqual(['e1', 'e2', 'e3']);
  });

  test('stores a signal once though the answer was lost', async () => {
    await using server = await startTestNats();
    await using line = await openTcpLine(server.port);
    await using bus = await server.connect({ servers: `nats://127.0.0.1:${line.port}` });
    await using direct = await server.connect();
    line.mute();
    const publishing = bus.publish(signal(1));
    await eventually(async () => expect(await direct.lastSequence('SIGNALS')).toBe(1));
    line.cut();
    expect(await publishing).toEqual({ sequence: 1, duplicate: true });
    expect(await direct.lastSequence('SIGNALS')).toBe(1);
  });

  test('goes on asking what became of an append while no answer comes', async () => {
    await using server = await startTestNats();
    await using line = await openTcpLine(server.port);
    const servers = `nats://127.0.0.1:${line.port}`;
    await using bus = await server.connect({ servers, patienceMs: 120_000 });
    await using direct = await server.connect();
    line.hold();
    const appending = bus.log('trading.paper').append([entry('e1')], 0);
    await eventually(async () => expect(await direct.lastSequence('TRADING')).toBe(1));
    // Longer than one question is waited for.
    await sleep(7_000);
    line.release();
    expect(await appending).toEqual({ status: 'appended', sequence: 1 });
  });

  test('connects again however often the server is too slow to hear who it is', async () => {
    await using server = await startTestNats();
    await using line = await openTcpLine(server.port);
    await using bus = await server.connect({ servers: `nats://127.0.0.1:${line.port}` });
    line.giveUpOn(3);
    line.cut();
    await expect(bus.publish(signal(1))).resolves.toMatchObject({ sequence: 1 });
  });

  test('shows a reader what was on its way when the connection broke, though nothing comes after it', async () => {
    await using server = await startTestNats();
    await using line = await openTcpLine(server.port);
    await using bus = await server.connect({ servers: `nats://127.0.0.1:${line.port}` });
    await using direct = await server.connect();
    const bucket = await direct.bucket('state');
    await direct.publish(signal(1));
    await bucket.put('paper', 'ACTIVE');
    await bucket.put('careful', 'ACTIVE');
    const bySequence: string[] = [];
    const byTime: string[] = [];
    const watched: unknown[] = [];
    const from = { timeMs: Date.now() - 60_000 };
    bus.read({ stream: 'SIGNALS', follow: true }).subscribe(({ id }) => bySequence.push(id));
    bus.read({ stream: 'SIGNALS', from, follow: true }).subscribe(({ id }) => byTime.push(id));
    const own = await bus.bucket('state');
    own.watch().subscribe(({ key, value }) => watched.push([key, value]));
    await eventually(() => expect([bySequence, byTime]).toEqual([['s1'], ['s1']]));
    await eventually(() => expect(watched).toHaveLength(2));

    line.mute();
    await direct.publish(signal(2));
    await bucket.put('paper', 'HALTED');
    await bucket.delete('careful');
    await sleep(100);
    line.cut();
    const all = ['s1', 's2'];
    await eventually(() => expect([bySequence, byTime]).toEqual([all, all]));
    await eventually(() =>
      expect(watched.slice(2)).toEqual([
        ['paper', 'HALTED'],
        ['careful', undefined],
      ]),
    );
  });

  test('goes on with what comes where a stream that it follows was lost and made anew', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect();
    await using admin = await administer(server);
    const got: string[] = [];
    bus.read({ stream: 'MARKET', follow: true }).subscribe(({ id }) => got.push(id));
    for (const id of ['1', '2', '3']) await bus.publish(candle(id));
    await eventually(() => expect(got).toEqual(['1', '2', '3']));
    await admin.jsm.streams.delete('MARKET');
    // Whoever connects makes what is missing.
    await using other = await server.connect();
    await other.publish(candle('4'));
    await eventually(() => expect(got).toEqual(['1', '2', '3', '4']), { timeoutMs: 20_000 });
    await other.publish(candle('5'));
    await eventually(() => expect(got).toEqual(['1', '2', '3', '4', '5']));
  });

  test('goes on behind the last message when the consumer of a reader is deleted', async () => {
    await using server = await startTestNats();
    await using line = await openTcpLine(server.port);
    await using bus = await server.connect({ servers: `nats://127.0.0.1:${line.port}` });
    await using direct = await server.connect();
    await using admin = await administer(server);
    const { consumers } = admin.jsm;
    const count = async (): Promise<number> =>
      (await Array.fromAsync(consumers.list('SIGNALS'))).length;
    const removeAll = async (): Promise<void> => {
      for await (const { name } of consumers.list('SIGNALS'))
        await consumers.delete('SIGNALS', name);
    };
    await direct.publish(signal(1));
    // Who only misses its heartbeat finds out after half a minute.
    const soon = { timeoutMs: 20_000 };
    const from = { timeMs: Date.now() - 60_000 };
    const read = (): string[] => {
      const got: string[] = [];
      bus.read({ stream: 'SIGNALS', from, follow: true }).subscribe(({ id }) => got.push(id));
      return got;
    };
    const idle = read();
    await eventually(() => expect(idle).toEqual(['s1']));
    await removeAll();
    await direct.publish(signal(2));
    await direct.publish(signal(3));
    const all = ['s1', 's2', 's3'];
    await eventually(() => expect(idle, 'while nothing came').toEqual(all), soon);

    line.hold();
    const before = await count();
    const beginning = read();
    await eventually(async () => expect(await count()).toBe(before + 1));
    await removeAll();
    line.release();
    await eventually(() => expect(beginning, 'before it was asked').toEqual(all), soon);
  });

  test('gives a publish up after a while without a server', async () => {
    await using folder = await temporaryFolder();
    const server = await start(folder.path);
    await using bus = await connectTo(server, { patienceMs: 500 });
    await server.stop();
    const gone = { name: 'TransientError', code: 'UNREACHABLE' };
    await Promise.all([
      expect(bus.publish(signal(1))).rejects.toMatchObject(gone),
      expect(bus.log('trading.paper').append([entry('e1')], 0)).rejects.toMatchObject(gone),
      expect(bus.lastSequence('SIGNALS')).rejects.toMatchObject(gone),
    ]);
  });
});

function start(storeDir: string, like?: NatsServer): Promise<NatsServer> {
  return startNatsServer({
    storeDir,
    path: process.env['PATH'],
    ...(like === undefined
      ? {}
      : { port: like.port, credentials: { user: like.user, password: like.password } }),
  });
}

function connectTo(
  { url, user, password }: NatsServer,
  options: Partial<JetStreamBusOptions> = {},
): Promise<Bus> {
  const credentials = { user, password };
  return connectJetStreamBus({
    servers: url,
    name: 'test',
    credentials,
    drainTimeoutMs: 200,
    ...options,
  });
}

function candle(id: string): Outgoing {
  return { subject: 'market.candle.binance.BTC-USDT.1m', id, body: JSON.stringify({ id }) };
}

function signal(index: number): Outgoing {
  const subject = `trade_signal.sma-cross.binance.S${index % 24}`;
  return { subject, id: `s${index}`, body: '{}' };
}

function entry(id: string): Outgoing {
  return { subject: 'trading.paper.order_intended', id, body: '{}' };
}
