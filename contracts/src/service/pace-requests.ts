import { AsyncLocalStorage } from 'node:async_hooks';

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
 * same order, by a clock that never jumps; and what runs `ahead` does not wait behind questions.
 */
export function paceRequests(venue: PacedVenue): void {
  venue.throttle = createPace(() => venue.rateLimit);
}

const hurry = new AsyncLocalStorage<true>();

/** Whatever is requested in there has its turn before all that waits otherwise. */
export function ahead<T>(run: () => T): T {
  return hurry.run(true, run);
}

interface Waiting {
  readonly cost: number;
  go(): void;
}

/** Each turn comes `rateLimitMs` times the cost of the one before behind that. */
export function createPace(rateLimitMs: () => number): Pace {
  const hurried: Waiting[] = [];
  const others: Waiting[] = [];
  let freeMs = -Infinity;
  let isWaiting = false;
  const goOn = (): void => {
    isWaiting = false;
    for (;;) {
      const lane = hurried.length > 0 ? hurried : others;
      const [next] = lane;
      if (!next) return;
      const nowMs = performance.now();
      if (nowMs < freeMs) {
        isWaiting = true;
        setTimeout(goOn, Math.ceil(freeMs - nowMs));
        return;
      }
      lane.shift();
      freeMs = nowMs + next.cost * Math.max(0, rateLimitMs());
      next.go();
    }
  };
  return (cost = 1) =>
    new Promise((resolve) => {
      (hurry.getStore() ? hurried : others).push({ cost, go: resolve });
      if (!isWaiting) goOn();
    });
}
