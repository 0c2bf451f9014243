import { toDecimal, type Big, type Decimal } from '@heliograph/contracts';

/** A fall of equity from its highest until it is there again. */
export interface Drawdown {
  /** When equity stood at its highest last; epoch ms. */
  readonly peakTime: number;
  readonly troughTime: number;
  /** `null`: it had not recovered at the end. */
  readonly recoveryTime: number | null;
  /** From the peak to the recovery, or to the end. */
  readonly durationMs: number;
  /** Highest less lowest, quote currency. */
  readonly depth: Decimal;
  /** `depth` over the highest. */
  readonly depthRatio: number;
}

export interface Drawdowns {
  readonly count: number;
  /** The highest that equity was, the start cash included; quote currency. [bt] "Equity Peak" */
  readonly peakEquity: Decimal;
  /** The largest fall in money, of any drawdown. */
  readonly maxDrawdown: Decimal;
  readonly maxDrawdownRatio: number;
  /** The mean of `depthRatio` over all drawdowns. */
  readonly averageDrawdownRatio: number | null;
  readonly averageDrawdownMs: number | null;
  readonly longestDrawdownMs: number | null;
  /** The deepest by `depthRatio`, that first. */
  readonly worst: readonly Drawdown[];
}

export interface DrawdownMeter {
  /** Equity in floating point. @returns how far it stands below its highest, as a ratio of that */
  add(timeMs: number, equity: number): number;
  /** Equity is what it was, to the last digit: the same as to add it again, for next to nothing. */
  stay(timeMs: number): number;
  /** Of everything so far, the drawdown that lasts included. */
  summary(): Drawdowns;
}

/** What equity was at a moment, to the last digit, reckoned when it is asked for. */
export type ExactEquity = () => Big;

interface Fall {
  readonly troughMs: number;
  readonly below: number;
  readonly trough: ExactEquity;
}

const listed = 10;
/** More than what floating point loses of all that is added up. */
const tolerance = 1e-9;

/**
 * Folds equity into its drawdowns as backtesting.py does (`compute_drawdown_duration_peaks`): each reaches from the last
 * moment at the highest to the first that is as high again. What is kept does not grow with what is added. Floating point
 * tells where a peak or a trough is; where it could be wrong, and for money, `exact` is asked for the moment that is added.
 */
export function createDrawdownMeter(startCash: Big, exact: () => ExactEquity): DrawdownMeter {
  let peakMs = 0;
  let peakEquity = Number(startCash.toFixed());
  let peak: ExactEquity = () => startCash;
  let fall: Fall | undefined;
  let isFirst = true;
  let lastMs = 0;
  let belowRatio = 0;
  let ended = { count: 0, ratios: 0, durationsMs: 0, longestMs: 0, deepestRatio: 0 };
  let deepest = { below: 0, depth: startCash.minus(startCash) };
  let worst: readonly Drawdown[] = [];

  const isPeak = (equity: number): boolean => {
    if (equity > peakEquity * (1 + tolerance)) return true;
    return equity >= peakEquity * (1 - tolerance) && exact()().gte(peak());
  };
  const endWith = (last: Fall, recoveryMs: number | null) => {
    const durationMs = (recoveryMs ?? lastMs) - peakMs;
    const depthRatio = last.below / peakEquity;
    const { count, ratios, durationsMs, longestMs, deepestRatio } = ended;
    const isDeep = last.below >= deepest.below * (1 - tolerance);
    const isListed = worst.length < listed || depthRatio > (worst.at(-1)?.depthRatio ?? 0);
    const depth = isDeep || isListed ? peak().minus(last.trough()) : undefined;
    const found = depth && {
      peakTime: peakMs,
      troughTime: last.troughMs,
      recoveryTime: recoveryMs,
      durationMs,
      depth: toDecimal(depth),
      depthRatio,
    };
    return {
      ended: {
        count: count + 1,
        ratios: ratios + depthRatio,
        durationsMs: durationsMs + durationMs,
        longestMs: Math.max(longestMs, durationMs),
        deepestRatio: Math.max(deepestRatio, depthRatio),
      },
      deepest: depth?.gt(deepest.depth) ? { below: last.below, depth } : deepest,
      worst: found ? ranked([...worst, found]) : worst,
    };
  };

  return {
    add(timeMs, equity) {
      if (isFirst) peakMs = timeMs;
      isFirst = false;
      lastMs = timeMs;
      if (isPeak(equity)) {
        if (fall) ({ ended, deepest, worst } = endWith(fall, timeMs));
        fall = undefined;
        peakMs = timeMs;
        peakEquity = equity;
        peak = exact();
        return (belowRatio = 0);
      }
      const below = peakEquity - equity;
      if (!fall || below > fall.below) fall = { troughMs: timeMs, below, trough: exact() };
      return (belowRatio = below / peakEquity);
    },
    stay(timeMs) {
      lastMs = timeMs;
      if (!fall) peakMs = timeMs;
      return belowRatio;
    },
    summary() {
      const all = fall ? endWith(fall, null) : { ended, deepest, worst };
      const { count, ratios, durationsMs, longestMs, deepestRatio } = all.ended;
      return {
        count,
        peakEquity: toDecimal(peak()),
        maxDrawdown: toDecimal(all.deepest.depth),
        maxDrawdownRatio: deepestRatio,
        averageDrawdownRatio: count === 0 ? null : ratios / count,
        averageDrawdownMs: count === 0 ? null : durationsMs / count,
        longestDrawdownMs: count === 0 ? null : longestMs,
        worst: all.worst,
      };
    },
  };
}

/** The deepest first; of equal ones the earlier. */
function ranked(drawdowns: readonly Drawdown[]): Drawdown[] {
  return drawdowns
    .toSorted((a, b) => b.depthRatio - a.depthRatio || a.peakTime - b.peakTime)
    .slice(0, listed);
}
