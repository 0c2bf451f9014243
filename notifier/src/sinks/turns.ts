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

/** What all that share it keep together. */
export interface Pace {
  readonly limit: RateLimit;
  /** When calls ended. */
  readonly ended: number[];
  /** How many are on their way. */
  inFlight: number;
  /** What is urgent and waits for nothing else any more. */
  readonly urgent: Set<symbol>;
}

export function createPace(limit: RateLimit): Pace {
  return { limit, ended: [], inFlight: 0, urgent: new Set() };
}

/** Whether one more call keeps the limit, whenever those on their way count. */
function isFree({ limit: { count, windowMs }, ended, inFlight }: Pace, now: number): boolean {
  const room = count - inFlight;
  return room > 0 && waitMs([{ count: room, windowMs }], ended, now) === 0;
}

export function createTurns(limits: readonly RateLimit[], pace?: Pace): Turns {
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
      const me = Symbol(urgency);
      try {
        for (;;) {
          if (signal.aborted) return undefined;
          const now = performance.now();
          const wait = waitMs(own, calls, now);
          const isMine = !isBusy && before[urgency].every((other) => waiting[other] === 0);
          const isReady = wait === 0 && isMine;
          const givesWay = urgency !== 'urgent' && (pace?.urgent.size ?? 0) > 0;
          if (isReady && !givesWay && (!pace || isFree(pace, now))) break;
          if (isReady && urgency === 'urgent') pace?.urgent.add(me);
          const isNext = isMine && urgency === 'urgent' && wait > 0;
          const pauseMs = isNext ? wait : Math.max(lookEveryMs, Math.min(wait, 250));
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        }
      } finally {
        waiting[urgency]--;
        pace?.urgent.delete(me);
      }
      isBusy = true;
      if (pace) pace.inFlight++;
      return {
        end() {
          isBusy = false;
          const now = performance.now();
          calls.push(now);
          calls.splice(0, calls.length - callsToKeep(limits));
          if (!pace) return;
          pace.inFlight--;
          pace.ended.push(now);
          pace.ended.splice(0, pace.ended.length - pace.limit.count);
        },
      };
    },
  };
}
