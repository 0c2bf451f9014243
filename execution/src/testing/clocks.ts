import { systemClock, type Clock } from '../clock.ts';

/** One that is moved by hand. */
export interface HandClock extends Clock {
  /** So much time passes. */
  pass(ms: number): void;
  /** The wall clock is set: so much later, or earlier. */
  jump(ms: number): void;
}

export function aClock(atMs = Date.UTC(2026, 0, 5)): HandClock {
  let wallMs = atMs;
  let steadyMs = atMs;
  return {
    nowMs: () => wallMs,
    steadyMs: () => steadyMs,
    pass(ms) {
      wallMs += ms;
      steadyMs += ms;
    },
    jump: (ms) => void (wallMs += ms),
  };
}

/** The machine's own, after so much more time has passed, and the wall clock was set by so much. */
export function movedClock(by: { readonly laterMs?: number; readonly jumpMs?: number }): Clock {
  const { nowMs, steadyMs } = systemClock;
  return {
    nowMs: () => nowMs() + (by.laterMs ?? 0) + (by.jumpMs ?? 0),
    steadyMs: () => steadyMs() + (by.laterMs ?? 0),
  };
}
