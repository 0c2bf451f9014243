import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { heartbeatBucket } from '@heliograph/contracts/service';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import type { Heartbeat } from './commands/control.ts';
import { watchHeartbeats } from './heartbeats.ts';

/** A watch whose clock goes as it is told. */
function watch(bus: Bus) {
  const clock = { nowMs: 1_000_000 };
  const told: string[] = [];
  const heartbeats = watchHeartbeats({
    bus,
    log: createSilentLogger(),
    lookEveryMs: 10,
    nowMs: () => clock.nowMs,
    onChange: ({ service, isSilent }: Heartbeat) =>
      void told.push(`${service} is ${isSilent ? 'silent' : 'back'}`),
    onForgotten: ({ service }) => void told.push(`${service} is forgotten`),
  });
  /** Second by second, as the clocks of a process that is awake do. */
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.nowMs += 1_000;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const names = () => heartbeats.all().map(({ service }) => service);
  return { heartbeats, told, pass, clock, names, [Symbol.asyncDispose]: () => heartbeats.stop() };
}

const aBus = () => createMemoryServer({ drainTimeoutMs: 1 }).connect();

test('who is silent is told of once, and again when it is back', async () => {
  await using bus = aBus();
  const bucket = await bus.bucket(heartbeatBucket);
  await bucket.put('execution/one', '1');
  await using here = watch(bus);
  await expect.poll(here.names).toEqual(['execution/one']);
  await here.pass(18);
  expect(here.told).toEqual([]);
  await here.pass(5);
  expect(here.told).toEqual(['execution/one is silent']);
  await bucket.put('execution/one', '2');
  await expect.poll(() => here.told).toEqual(['execution/one is silent', 'execution/one is back']);
});

test('who takes its leave is not missed', async () => {
  await using bus = aBus();
  const bucket = await bus.bucket(heartbeatBucket);
  await bucket.put('execution/one', '1');
  await using here = watch(bus);
  await expect.poll(here.names).toEqual(['execution/one']);
  await bucket.delete('execution/one');
  await expect.poll(here.names).toEqual([]);
  await here.pass(25);
  expect(here.told).toEqual([]);
});

test('who is silent for a day is forgotten, also by whoever begins then', async () => {
  await using bus = aBus();
  const bucket = await bus.bucket(heartbeatBucket);
  await bucket.put('execution/one', '1');
  await using here = watch(bus);
  await expect.poll(here.names).toEqual(['execution/one']);
  await here.pass(22);
  // In one leap, which is a day for whoever is silent already.
  here.clock.nowMs += 86_400_000;
  await expect
    .poll(() => here.told)
    .toEqual(['execution/one is silent', 'execution/one is forgotten']);
  await expect.poll(() => bucket.get('execution/one')).toBeUndefined();
  expect(here.names()).toEqual([]);
  await bucket.put('execution/one', '2');
  await expect.poll(here.names).toEqual(['execution/one']);
  expect(here.told).toHaveLength(2);
});

test('who slept itself takes nobody else for silent, and misses those that are', async () => {
  await using bus = aBus();
  const bucket = await bus.bucket(heartbeatBucket);
  await bucket.put('execution/one', '1');
  await using here = watch(bus);
  await expect.poll(here.names).toEqual(['execution/one']);
  for (const leapMs of [60_000, -3_600_000, 3_600_000]) {
    here.clock.nowMs += leapMs;
    await here.pass(1);
  }
  expect(here.told, 'nobody could have been heard meanwhile').toEqual([]);
  await here.pass(22);
  expect(here.told).toEqual(['execution/one is silent']);
});
