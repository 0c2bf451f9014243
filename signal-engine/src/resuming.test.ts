import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { startTestNats } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SignalEngine, SignalEngineOptions } from './signal-engine.ts';
import { smaCross } from './strategies/sma-cross.ts';
import {
  recordOf,
  type Server,
  start,
  strategy,
  withPublish,
  zigzag,
} from './testing/engine-on-bus.ts';
import { startFakeWorker } from './testing/fake-worker.ts';
import { feedOf } from './testing/feed-of.ts';

test('names a run by feed, strategy, parameters and salt, and each pass by its number', async () => {
  const server = createMemoryServer();
  const play = async (options: Partial<SignalEngineOptions> = {}): Promise<SignalEngine> => {
    const engine = await start(server.connect(), options);
    await engine.finished;
    return engine;
  };
  const first = await play();
  expect(first.tape).toMatch(/^[a-z2-7]{12}-1$/);
  expect(first.portfolio).toBe(`paper-${first.tape}`);
  expect(first.resumed).toBe(false);
  const second = await play();
  expect(second.tape).toBe(first.tape.replace(/1$/, '2'));
  expect(second.resumed).toBe(false);

  const run = first.tape.split('-')[0];
  for (const changed of [
    { feed: feedOf(zigzag(41)) },
    { strategy: smaCross.configure({ fast: 1, slow: 3 }) },
    { strategy: { ...strategy, version: '1.0.1' } },
    { salt: 'other settings' },
  ])
    expect((await play(changed)).tape.split('-')[0]).not.toBe(run);
});

/** Stops the engine after so many publishes: politely, or as if its process were gone. */
type Interruption = { readonly after: number; readonly how: 'stop' | 'crash' };

const interruptions = fc.array(
  fc.record<Interruption>({ after: fc.nat(30), how: fc.constantFrom('stop', 'crash') }),
  { maxLength: 5 },
);

async function playInterrupted(server: Server, { after, how }: Interruption): Promise<void> {
  await using bus = await server.connect();
  const due = Promise.withResolvers<void>();
  let published = 0;
  const engine = await start(
    withPublish(bus, async (message) => {
      if (published++ < after) return bus.publish(message);
      if (how === 'crash') throw new PermanentError('CRASHED', 'the process is gone');
      due.resolve();
      return bus.publish(message);
    }),
    { pace: 'settled' },
  );
  const over = engine.finished.catch(() => {});
  await Promise.race([due.promise, over]);
  await engine.stop();
}

test('publishes the same whatever interrupts it, each candle and signal once', async () => {
  const undisturbed = createMemoryServer();
  using _worker = startFakeWorker(undisturbed.connect());
  const { tape, finished } = await start(undisturbed.connect(), { pace: 'settled' });
  await finished;
  const expected = await recordOf(undisturbed, tape);

  await fc.assert(
    fc.asyncProperty(interruptions, async (all) => {
      const server = createMemoryServer();
      using _same = startFakeWorker(server.connect());
      for (const interruption of all) await playInterrupted(server, interruption);
      const last = await start(server.connect(), { pace: 'settled' });
      await last.finished;
      expect(last.progress).toMatchObject({ status: 'ended', candles: 40, signals: 12 });
      await expect(recordOf(server, tape)).resolves.toEqual(expected);
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

test('stopped while it catches up, it does not forget how far the run had come', async () => {
  const undisturbed = createMemoryServer();
  using _worker = startFakeWorker(undisturbed.connect());
  const { tape, finished } = await start(undisturbed.connect(), { pace: 'settled' });
  await finished;

  const server = createMemoryServer();
  using _same = startFakeWorker(server.connect());
  await playInterrupted(server, { after: 30, how: 'stop' });
  for (let again = 0; again < 2; again++)
    await (await start(server.connect(), { pace: 'settled' })).stop();
  const last = await start(server.connect(), { pace: 'settled' });
  await last.finished;
  await expect(recordOf(server, tape)).resolves.toEqual(await recordOf(undisturbed, tape));
});

test('two engines on one run publish what one would', async () => {
  const alone = createMemoryServer();
  const { tape, finished } = await start(alone.connect());
  await finished;

  const server = createMemoryServer();
  using _worker = startFakeWorker(server.connect());
  const engines = await Promise.all(
    ['a', 'b'].map((instance) => start(server.connect(), { instance, pace: 'settled' })),
  );
  await Promise.all(engines.map((engine) => engine.finished));
  expect(engines.map((engine) => engine.tape)).toEqual([tape, tape]);
  for (const { progress } of engines)
    expect(progress).toMatchObject({ status: 'ended', candles: 40, signals: 12 });
  await expect(recordOf(server, tape)).resolves.toEqual(await recordOf(alone, tape));
});

test('publishes over a real server what it publishes within the process, stopped and broken off in between', async () => {
  const within = createMemoryServer();
  const { tape, finished } = await start(within.connect());
  await finished;

  await using nats = await startTestNats();
  await using bus = await nats.connect();
  using _worker = startFakeWorker(bus);
  await playInterrupted(nats, { after: 20, how: 'stop' });
  await playInterrupted(nats, { after: 15, how: 'crash' });
  const engine = await start(bus, { pace: 'settled' });
  await engine.finished;
  expect(engine).toMatchObject({ tape, resumed: true });
  await expect(recordOf(nats, tape)).resolves.toEqual(await recordOf(within, tape));
});

test('goes on from its checkpoint, and does not publish again what was before it', async () => {
  const server = createMemoryServer();
  const first = await start(server.connect(), { feed: feedOf(zigzag(40)), speed: 60 * 20 });
  while (first.progress.candles < 10) await sleep(5);
  await first.stop();
  const { candles: done } = first.progress;
  expect(first.progress.status).toBe('stopped');
  expect(done).toBeLessThan(40);

  const again: string[] = [];
  const bus = server.connect();
  const second = await start(
    withPublish(bus, (message) => {
      again.push(message.subject);
      return bus.publish(message);
    }),
  );
  await second.finished;
  expect(second.resumed).toBe(true);
  expect(second.tape).toBe(first.tape);
  expect(again.filter((subject) => subject.includes('candle'))).toHaveLength(40 - done);
  expect(second.progress).toMatchObject({ candles: 40, signals: 12 });
});
