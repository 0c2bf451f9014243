import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from './feeds/feed.ts';

/** A multiple of event time, or as fast as the pipeline allows. */
export type Speed = number | 'max';

/** Timers cannot wait for longer than 24 days. */
const longestSleepMs = 3_600_000;

/** What instants are released by. */
export interface Clock {
  nowMs(): number;
  /** Ends early when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const ours: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};

/** Lets each instant go when its time has come, counted from the first; ends when the signal is aborted. */
export async function* releaseAtSpeed(
  instants: AsyncIterable<Instant>,
  speed: Speed,
  signal: AbortSignal,
  clock = ours,
): AsyncGenerator<Instant> {
  let start: { wallMs: number; time: number } | undefined;
  for await (const instant of instants) {
    start ??= { wallMs: clock.nowMs(), time: instant.time };
    const dueMs = speed === 'max' ? 0 : start.wallMs + (instant.time - start.time) / speed;
    for (let restMs = dueMs - clock.nowMs(); restMs > 0 && !signal.aborted;) {
      await clock.sleep(Math.min(restMs, longestSleepMs), signal);
      restMs = dueMs - clock.nowMs();
    }
    if (signal.aborted) return;
    yield instant;
  }
}
