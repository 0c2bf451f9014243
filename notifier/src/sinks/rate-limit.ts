/** At most `count` calls in any `windowMs`. */
export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
}

/**
 * How long to wait until no limit forbids one more call, in ms; 0: go.
 * @param calls when the earlier calls were made, ms, oldest first
 */
export function waitMs(
  limits: readonly RateLimit[],
  calls: readonly number[],
  now: number,
): number {
  const free = limits.map(({ count, windowMs }) => (calls.at(-count) ?? -Infinity) + windowMs);
  return Math.max(0, ...free.map((time) => time - now));
}

/** How many of the last calls matter to the limits. */
export function callsToKeep(limits: readonly RateLimit[]): number {
  return Math.max(0, ...limits.map(({ count }) => count));
}
