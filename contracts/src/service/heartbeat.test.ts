import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createMemoryServer } from '../bus/memory-server.ts';
import { TransientError } from '../errors.ts';
import { heartbeatBucket, startHeartbeat } from './heartbeat.ts';

const about = { service: 'execution', instance: 'one', everyMs: 10 };

test('a service is heard again and again, and takes its leave', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const bucket = await bus.bucket(heartbeatBucket);
  const heartbeat = startHeartbeat({ bus, ...about });
  await expect
    .poll(async () => Number((await bucket.get('execution/one'))?.value))
    .toBeGreaterThan(2);
  await heartbeat[Symbol.asyncDispose]();
  expect(await bucket.get('execution/one')).toBeUndefined();
});

test('a service that cannot go on is missed, also once its process has ended', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const bucket = await bus.bucket(heartbeatBucket);
  const { promise: finished, reject } = Promise.withResolvers<never>();
  const heartbeat = startHeartbeat({ bus, ...about, finished });
  const beats = async () => Number((await bucket.get('execution/one'))?.value);
  await expect.poll(beats).toBeGreaterThan(2);
  reject(new Error('damaged'));
  await sleep(20);
  const last = await beats();
  await sleep(50);
  await heartbeat[Symbol.asyncDispose]();
  expect(await beats()).toBe(last);
});

test('a bus that was away when it began is no reason to be silent for good', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  let isAway = true;
  const late = {
    bucket: async (name: string) => {
      if (isAway) throw new TransientError('UNREACHABLE', 'away');
      return bus.bucket(name);
    },
  };
  await using _heartbeat = startHeartbeat({ bus: late, ...about });
  await sleep(30);
  isAway = false;
  const bucket = await bus.bucket(heartbeatBucket);
  await expect.poll(async () => (await bucket.get('execution/one'))?.value).toBeDefined();
});
