import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from './feeds/feed.ts';

/** A multiple of event time, or as fast as the pipeline allows. */
export type Speed = number | 'max';

/** Timers cannot wait for longer than 24 days. */
const longestSleepMs = 3_600_000;

/** Lets each instant go when its time has come, counted from the first; ends when the signal is aborted. */
export async function* releaseAtSpeed(
  instants: AsyncIterable<Instant>,
  speed: Speed,
  signal: AbortSignal,
): AsyncGenerator<Instant> {
  let start: { wallMs: number; time: number } | undefined;
  for await (const instant of instants) {
    start ??= { wallMs: performance.now(), time: instant.time };
    const dueMs = speed === 'max' ? 0 : start.wallMs + (instant.time - start.time) / speed;
    for (let restMs = dueMs - performance.now(); restMs > 0 && !signal.aborted;) {
      await sleep(Math.min(restMs, longestSleepMs), undefined, { signal }).catch(() => {});
      restMs = dueMs - performance.now();
    }
    if (signal.aborted) return;
    yield instant;
  }
}
