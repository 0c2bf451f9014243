import { setImmediate as turn } from 'node:timers/promises';
import { vi } from 'vitest';

/**
 * Runs work whose waiting is all timers and promises of this process: as soon as nothing else is left to do, the clock
 * jumps to the next timer. So an hour takes no longer than what happens in it, and what happens follows from the work
 * alone: the same work does the same again.
 * @throws Error when the work is not done within so much virtual time
 */
export async function inVirtualTime<T>(
  work: () => Promise<T>,
  { startMs, withinMs }: { startMs: number; withinMs: number },
): Promise<T> {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    now: startMs,
  });
  try {
    const progress = { isDone: false };
    const result = work().finally(() => (progress.isDone = true));
    // Whoever awaits it hears of a failure; it must not count as unhandled before that.
    result.catch(() => undefined);
    for (await turn(); !progress.isDone; await turn()) {
      if (Date.now() > startMs + withinMs)
        throw new Error(`not done within ${withinMs} ms of virtual time`);
      if (vi.getTimerCount() === 0) throw new Error('nothing is left to wait for');
      vi.advanceTimersToNextTimer();
    }
    return await result;
  } finally {
    vi.useRealTimers();
  }
}

/** Pseudo-random numbers from 0 to below 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
