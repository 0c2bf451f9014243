import { setTimeout as sleep } from 'node:timers/promises';
import { callsToKeep, waitMs, type RateLimit } from './rate-limit.ts';

/** A turn to call. */
interface Turn {
  /** The call is over: from now on it counts. */
  end(): void;
}

/**
 * One call after the other, within limits. What is urgent has the next turn, and of a limit over a long time a part is
 * kept for it.
 */
export interface Turns {
  /** Undefined when the signal was aborted before it was their turn. */
  take(options: { isUrgent: boolean; signal: AbortSignal }): Promise<Turn | undefined>;
}

/** How often it is looked whether it is their turn, ms. */
const lookEveryMs = 25;
/** Of a limit of several calls, how many the usual ones may take. */
const usualPart = 0.75;

export function createTurns(limits: readonly RateLimit[]): Turns {
  const usual = limits.map(({ count, windowMs }) => ({
    count: Math.max(1, Math.floor(count * usualPart)),
    windowMs,
  }));
  const calls: number[] = [];
  let isBusy = false;
  let urgentWaiting = 0;

  return {
    async take({ isUrgent, signal }) {
      const own = isUrgent ? limits : usual;
      if (isUrgent) urgentWaiting++;
      try {
        for (;;) {
          if (signal.aborted) return undefined;
          const wait = waitMs(own, calls, performance.now());
          const isMine = !isBusy && (isUrgent || urgentWaiting === 0);
          if (wait === 0 && isMine) break;
          const pauseMs = isMine && isUrgent ? wait : Math.max(lookEveryMs, Math.min(wait, 250));
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        }
      } finally {
        if (isUrgent) urgentWaiting--;
      }
      isBusy = true;
      return {
        end() {
          isBusy = false;
          calls.push(performance.now());
          calls.splice(0, calls.length - callsToKeep(limits));
        },
      };
    },
  };
}
