import { setTimeout as sleep } from 'node:timers/promises';
import type { Speed } from '@heliograph/signal-engine';

/** Waits as long as the tape took, so many times faster. */
export function createPace(
  speed: Speed,
  wait: (ms: number) => Promise<unknown> = sleep,
): (timeMs: number) => Promise<void> {
  let began: { tapeMs: number; wallMs: number } | undefined;
  return async (timeMs) => {
    if (speed === 'max') return;
    began ??= { tapeMs: timeMs, wallMs: performance.now() };
    const dueMs = began.wallMs + (timeMs - began.tapeMs) / speed;
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) await wait(leftMs);
  };
}
