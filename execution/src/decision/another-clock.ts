import { liveTape } from '@heliograph/contracts';
import type { Portfolio } from './state/portfolio.ts';

/** Clocks of several hosts differ by less. */
const minuteMs = 60_000;
/** The version of the rules since which nothing waits for a time that a wall clock was set back from. */
const setBackSince = 7;

/**
 * Whether something that has happened is dated so far ahead that the wall clock must have been set back since. How long ago it
 * was nobody knows; but what waited for it to be long enough ago would wait until that time comes.
 */
function isFarAhead(timeMs: number, nowMs: number): boolean {
  return timeMs - nowMs > minuteMs;
}

/** Whether it is that short ago; what is far ahead is not. */
export function isRecent(timeMs: number, nowMs: number, spanMs: number): boolean {
  return nowMs - timeMs < spanMs && !isFarAhead(timeMs, nowMs);
}

/** Whether it is far ahead, where the journal alone decides. A replay has one clock, and whoever lags behind on it waits. */
export function isOfAnotherClock(
  { opened, decisionsVersion }: Pick<Portfolio, 'opened' | 'decisionsVersion'>,
  timeMs: number,
  nowMs: number,
): boolean {
  return isFarAhead(timeMs, nowMs) && opened?.tape === liveTape && decisionsVersion >= setBackSince;
}
