/** The clock of a venue, by how far it is from the one here. */
export interface VenueClock {
  nowMs(): number;
  /** Asks for its time, unless that was done a while ago. */
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

export function createVenueClock({
  ask,
  localMs,
  onChange,
}: {
  /** Undefined where the venue tells no time. */
  ask: (() => Promise<number>) | undefined;
  localMs: () => number;
  onChange: (reading: ClockReading) => void;
}): VenueClock {
  let offsetMs = 0;
  let askedMs = -Infinity;
  return {
    nowMs: () => localMs() + offsetMs,
    async measure({ again = false } = {}) {
      if (!ask || performance.now() - askedMs < (again ? againEveryMs : everyMs)) return;
      askedMs = performance.now();
      try {
        const startMs = localMs();
        const told = await ask();
        const tripMs = localMs() - startMs;
        if (!Number.isFinite(told) || tripMs < 0) return;
        const before = offsetMs;
        offsetMs = Math.round(told - startMs - tripMs / 2);
        if (Math.abs(offsetMs - before) >= noticeableMs) onChange({ offsetMs, tripMs });
      } catch {
        // Candles come without it, too; it is asked for again soon.
        askedMs = performance.now() - everyMs + againEveryMs;
      }
    },
  };
}
