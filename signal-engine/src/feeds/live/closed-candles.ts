import type { Candle } from '@heliograph/contracts';

/** Clocks are read that badly. */
const marginMs = 250;
/** An answer may take so long, and tell what has begun meanwhile. */
const patienceMs = 15_000;

/**
 * Of an answer the candles that have closed, each once, times rising. One has closed when the venue tells a later one, or when
 * both clocks are past it: neither of them alone can make a candle of half of one. What has not opened by either clock is
 * from no market.
 */
export function closedOf(
  found: readonly Candle[],
  {
    fromMs,
    venueMs,
    localMs,
  }: {
    fromMs: number;
    /** What both clocks said before it was asked for: an answer may be older than the moment it comes. */
    venueMs: number;
    localMs: number;
  },
): { closed: readonly Candle[]; hasFuture: boolean } {
  const latestMs = Math.max(venueMs, localMs) + patienceMs;
  const surelyMs = Math.min(venueMs, localMs) - marginMs;
  const real = found.filter(({ openTime }) => openTime <= latestMs);
  const lastMs = real.at(-1)?.openTime ?? -Infinity;
  const closed: Candle[] = [];
  let nextMs = fromMs;
  for (const candle of real) {
    if (candle.openTime < nextMs) continue;
    if (candle.closeTime > lastMs && candle.closeTime > surelyMs) continue;
    closed.push(candle);
    nextMs = candle.closeTime;
  }
  return { closed, hasFuture: real.length < found.length };
}
