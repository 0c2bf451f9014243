/** The clock of a venue. It goes on by itself: a clock here that jumps does not move it. */
export interface VenueClock {
  nowMs(): number;
  /** Asks for its time, unless that was done a while ago and the clock here has gone on as it should. */
  measure(options?: { again?: boolean }): Promise<void>;
}

export interface ClockReading {
  /** How far it is ahead. */
  readonly offsetMs: number;
  /** How long the question took: the reading is not better than half of it. */
  readonly tripMs: number;
}

const everyMs = 600_000;
/** Whoever sees that something is wrong with it may ask sooner, but not all the time. */
const againEveryMs = 5_000;
/** A change below it is told to nobody. */
const noticeableMs = 500;
/** The clock here is set, or the machine was asleep. */
const jumpMs = 1_000;

export function createVenueClock({
  ask,
  localMs,
  monotonicMs = () => performance.now(),
  onChange,
}: {
  /** Undefined where the venue tells no time. */
  ask: (() => Promise<number>) | undefined;
  localMs: () => number;
  /** One that never jumps. */
  monotonicMs?: () => number;
  onChange: (reading: ClockReading) => void;
}): VenueClock {
  let askedMs = -Infinity;
  /** How far its clock, and the one here, are ahead of the one that never jumps. */
  let venueAheadMs = localMs() - monotonicMs();
  let localAheadMs = venueAheadMs;
  let toldOffsetMs = 0;
  const hasJumped = (): boolean => Math.abs(localMs() - monotonicMs() - localAheadMs) > jumpMs;
  return {
    nowMs: () => Math.round(monotonicMs() + venueAheadMs),
    async measure({ again = false } = {}) {
      const sinceMs = monotonicMs() - askedMs;
      if (!ask || sinceMs < (again || hasJumped() ? againEveryMs : everyMs)) return;
      const startMs = monotonicMs();
      askedMs = startMs;
      try {
        const told = await ask();
        const tripMs = monotonicMs() - startMs;
        if (!Number.isFinite(told)) return;
        venueAheadMs = told - startMs - tripMs / 2;
        localAheadMs = localMs() - monotonicMs();
        const offsetMs = Math.round(venueAheadMs - localAheadMs);
        if (Math.abs(offsetMs - toldOffsetMs) < noticeableMs) return;
        toldOffsetMs = offsetMs;
        onChange({ offsetMs, tripMs: Math.round(tripMs) });
      } catch {
        // Candles come without it, too; it is asked for again soon.
        askedMs = monotonicMs() - everyMs + againEveryMs;
      }
    },
  };
}
