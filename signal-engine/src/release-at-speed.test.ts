import { expect, test } from 'vitest';
import type { Instant } from './feeds/feed.ts';
import { instantsOf } from './pipeline.ts';
import { releaseAtSpeed, type Speed } from './release-at-speed.ts';
import { candlesOf, feedOf } from './testing/feed-of.ts';

const instants = (count: number): AsyncIterable<Instant> =>
  instantsOf(feedOf(candlesOf(Array.from({ length: count }, () => 1))).chunks());

async function releaseTimes(speed: Speed, count: number): Promise<number[]> {
  const start = performance.now();
  const times: number[] = [];
  const { signal } = new AbortController();
  for await (const _ of releaseAtSpeed(instants(count), speed, signal))
    times.push(performance.now() - start);
  return times;
}

test('releases each instant so long after the first as the speed says', async () => {
  const times = await releaseTimes(1_200, 4);
  expect(times).toHaveLength(4);
  for (const [index, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(index * 50 - 2);
  expect(times[3]).toBeLessThan(1_000);
});

test('catches up when it was held back', async () => {
  const start = performance.now();
  let held = false;
  const { signal } = new AbortController();
  for await (const _ of releaseAtSpeed(instants(5), 240, signal)) {
    if (!held) await new Promise((resolve) => setTimeout(resolve, 1_000));
    held = true;
  }
  expect(performance.now() - start).toBeLessThan(1_900);
});

test('waits for nothing at the highest speed', async () => {
  const [, , last] = await releaseTimes('max', 3);
  expect(last).toBeLessThan(1_000);
});

test('ends at once when it is told to', async () => {
  const abort = new AbortController();
  const released: number[] = [];
  for await (const { time } of releaseAtSpeed(instants(3), 1e-6, abort.signal)) {
    released.push(time);
    setTimeout(() => abort.abort(), 10);
  }
  expect(released).toHaveLength(1);
});
