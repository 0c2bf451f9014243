import { setTimeout as sleep } from 'node:timers/promises';
import { callsToKeep, waitMs, type RateLimit } from './rate-limit.ts';

/** A turn to call. */
interface Turn {
  /** The call is over: from now on it counts. */
  end(): void;
}

/** What is called for: an edit waits until nothing else does. */
type Urgency = 'urgent' | 'usual' | 'edit';

/**
 * One call after the other, within limits. What is urgent has the next turn, and of a limit over a long time a part is
 * kept for it.
 */
export interface Turns {
  /** Undefined when the signal was aborted before it was their turn. */
  take(options: { urgency: Urgency; signal: AbortSignal }): Promise<Turn | undefined>;
}

/** How often it is looked whether it is their turn, ms. */
const lookEveryMs = 25;
/** Of a limit of several calls, how many each may take. */
const parts: Readonly<Record<Urgency, number>> = { urgent: 1, usual: 0.75, edit: 0.5 };
const before: Readonly<Record<Urgency, readonly Urgency[]>> = {
  urgent: [],
  usual: ['urgent'],
  edit: ['urgent', 'usual'],
};

export function createTurns(limits: readonly RateLimit[]): Turns {
  const calls: number[] = [];
  let isBusy = false;
  const waiting: Record<Urgency, number> = { urgent: 0, usual: 0, edit: 0 };

  return {
    async take({ urgency, signal }) {
      const own = limits.map(({ count, windowMs }) => ({
        count: Math.max(1, Math.floor(count * parts[urgency])),
        windowMs,
      }));
      waiting[urgency]++;
      try {
        for (;;) {
          if (signal.aborted) return undefined;
          const wait = waitMs(own, calls, performance.now());
          const isMine = !isBusy && before[urgency].every((other) => waiting[other] === 0);
          if (wait === 0 && isMine) break;
          const isNext = isMine && urgency === 'urgent';
          const pauseMs = isNext ? wait : Math.max(lookEveryMs, Math.min(wait, 250));
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        }
      } finally {
        waiting[urgency]--;
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
