import { expect, test } from 'vitest';
import type { Instant } from './feeds/feed.ts';
import { instantsOf } from './pipeline.ts';
import { releaseAtSpeed, type Clock, type Speed } from './release-at-speed.ts';
import { candlesOf, feedOf } from './testing/feed-of.ts';

const instants = (count: number): AsyncIterable<Instant> =>
  instantsOf(feedOf(candlesOf(Array.from({ length: count }, () => 1))).chunks());

/** When each of them is released, ms after the start, where whoever takes them needs so long for each. */
async function releaseTimes(speed: Speed, needsMs: readonly number[]): Promise<number[]> {
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: async (ms) => void (nowMs += ms),
  };
  const times: number[] = [];
  const { signal } = new AbortController();
  for await (const _ of releaseAtSpeed(instants(needsMs.length), speed, signal, clock)) {
    times.push(nowMs);
    nowMs += needsMs[times.length - 1] ?? 0;
  }
  return times;
}

test('releases each instant so long after the first as the speed says', async () => {
  expect(await releaseTimes(1_200, [0, 0, 0, 0])).toEqual([0, 50, 100, 150]);
});

test('waits for longer than one timer may', async () => {
  expect(await releaseTimes(0.01, [0, 0])).toEqual([0, 6_000_000]);
});

test('catches up when it was held back', async () => {
  expect(await releaseTimes(240, [1_000, 0, 0, 0, 0, 0])).toEqual([
    0, 1_000, 1_000, 1_000, 1_000, 1_250,
  ]);
});

test('waits for nothing at the highest speed', async () => {
  expect(await releaseTimes('max', [0, 0, 0])).toEqual([0, 0, 0]);
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
