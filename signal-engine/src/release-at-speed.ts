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
    while (!signal.aborted && dueMs > performance.now())
      await sleep(Math.min(dueMs - performance.now(), longestSleepMs), undefined, { signal }).catch(
        () => {},
      );
    if (signal.aborted) return;
    yield instant;
  }
}
