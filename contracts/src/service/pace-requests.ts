import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when it is the turn of a request that costs so much. */
export type Pace = (cost?: number) => Promise<void>;

/** What limits its own requests: a ccxt exchange. */
export interface PacedVenue {
  /** Between two requests of cost 1, in ms; -1 for none. */
  readonly rateLimit: number;
  throttle: Pace;
}

/**
 * ccxt 4.5.84 reckons the pauses between requests by the wall clock: set back by an hour while a request waits its few
 * milliseconds, it holds that one and all behind it for an hour, cancels and stops too. So they wait here, as long and in the
 * same order, by a clock that never jumps.
 */
export function paceRequests(venue: PacedVenue): void {
  venue.throttle = createPace(() => venue.rateLimit);
}

/** Each turn comes `rateLimitMs` times the cost of the one before behind that. */
export function createPace(rateLimitMs: () => number): Pace {
  let freeMs = -Infinity;
  return async (cost = 1) => {
    const nowMs = performance.now();
    const turnMs = Math.max(nowMs, freeMs);
    freeMs = turnMs + cost * Math.max(0, rateLimitMs());
    if (turnMs > nowMs) await sleep(Math.ceil(turnMs - nowMs));
  };
}
