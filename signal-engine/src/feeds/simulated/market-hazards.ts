import { createRandom } from './random.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

export interface HazardRates {
  /** How often the venue is away on average; 0: never. */
  readonly outageEveryMs: number;
  /** How often everything falls on average; 0: never. */
  readonly crashEveryMs: number;
}

export const usualRates: HazardRates = { outageEveryMs: 4 * dayMs, crashEveryMs: 5 * dayMs };

const outageMs = 40 * minuteMs;
const crashMs = 40 * minuteMs;
const shortestCrashMs = 15 * minuteMs;
const smallestFall = 0.05;
const largestFall = 0.4;
/** Pareto's: most falls are near the smallest, a few are very deep. */
const fallTail = 3;
const recoveryTimes = 3;

/** What befalls all symbols of a simulated market together; asked for each span in turn, from 0 on. */
export interface MarketHazards {
  /** Whether the venue tells no candle of this span. */
  isAway(span: number): boolean;
  /** What a crash, or its recovery, adds to the logarithm of prices in this span. */
  push(span: number): number;
}

export function createMarketHazards(
  seed: number,
  spanMs: number,
  rates: HazardRates = usualRates,
): MarketHazards {
  const away = createOutages(seed, spanMs, rates.outageEveryMs);
  const push = createCrashes(seed, spanMs, rates.crashEveryMs);
  return { isAway: away, push };
}

function createOutages(seed: number, spanMs: number, everyMs: number): (span: number) => boolean {
  if (everyMs === 0) return () => false;
  const random = createRandom(seed, 'outages');
  let from = 0;
  let to = 0;
  return (span) => {
    while (span >= to) {
      from = to + 1 + Math.floor(random.waiting(everyMs) / spanMs);
      to = from + Math.round(random.waiting(outageMs) / spanMs);
    }
    return span >= from;
  };
}

function createCrashes(seed: number, spanMs: number, everyMs: number): (span: number) => number {
  if (everyMs === 0) return () => 0;
  const random = createRandom(seed, 'crashes');
  let from = 0;
  let bottom = 0;
  let to = 0;
  let fall = 0;
  let rise = 0;
  return (span) => {
    while (span >= to) {
      from = to + 1 + Math.floor(random.waiting(everyMs) / spanMs);
      bottom = from + 1 + Math.round((shortestCrashMs + random.waiting(crashMs)) / spanMs);
      to = bottom + recoveryTimes * (bottom - from);
      const size = Math.min(largestFall, smallestFall * (1 - random.uniform()) ** (-1 / fallTail));
      fall = Math.log(1 - size) / (bottom - from);
      rise = -(fall * (bottom - from) * (0.2 + 0.5 * random.uniform())) / (to - bottom);
    }
    if (span < from) return 0;
    return span < bottom ? fall : rise;
  };
}
