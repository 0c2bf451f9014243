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
  /** Of everything so far, the drawdown that lasts included. */
  summary(): Drawdowns;
}

interface Peak {
  readonly timeMs: number;
  readonly equity: number;
  readonly exact: Big;
}
interface Fall {
  readonly troughMs: number;
  readonly depthRatio: number;
  /** Reckoned only where it may be one of the worst. */
  readonly depth: Big | undefined;
}

const listed = 10;
/** More than what floating point loses of all that is added up. */
const tolerance = 1e-9;

/**
 * Folds equity into its drawdowns as backtesting.py does (`compute_drawdown_duration_peaks`): each reaches from the last
 * moment at the highest to the first that is as high again. What is kept does not grow with what is added. Ratios are
 * reckoned in floating point; `exact` is asked for equity to the last digit where money depends on it.
 */
export function createDrawdownMeter(startCash: Big, exact: () => Big): DrawdownMeter {
  let peak: Peak = { timeMs: 0, equity: Number(startCash.toFixed()), exact: startCash };
  let fall: Fall | undefined;
  let isFirst = true;
  let lastMs = 0;
  let count = 0;
  let ratios = 0;
  let durationsMs = 0;
  let longestMs = 0;
  let deepest = startCash.minus(startCash);
  let deepestEquity = 0;
  let deepestRatio = 0;
  let worst: readonly Drawdown[] = [];

  const isCandidate = (below: number, ratio: number): boolean =>
    below >= deepestEquity * (1 - tolerance) ||
    worst.length < listed ||
    ratio >= (worst.at(-1)?.depthRatio ?? 0) * (1 - tolerance);
  const deepen = (timeMs: number, below: number): void => {
    const ratio = below / peak.equity;
    const depth = isCandidate(below, ratio) ? peak.exact.minus(exact()) : undefined;
    fall = { troughMs: timeMs, depthRatio: ratio, depth };
    if (ratio > deepestRatio) deepestRatio = ratio;
    if (!depth?.gt(deepest)) return;
    deepest = depth;
    deepestEquity = below;
  };
  const ended = ({ depth, ...found }: Fall, recoveryMs: number | null): Drawdown[] => {
    if (!depth) return [];
    const shape = {
      peakTime: peak.timeMs,
      troughTime: found.troughMs,
      recoveryTime: recoveryMs,
      durationMs: (recoveryMs ?? lastMs) - peak.timeMs,
    };
    return [{ ...shape, depth: toDecimal(depth), depthRatio: found.depthRatio }];
  };
  const recover = (timeMs: number): void => {
    if (!fall) return;
    count++;
    ratios += fall.depthRatio;
    durationsMs += timeMs - peak.timeMs;
    longestMs = Math.max(longestMs, timeMs - peak.timeMs);
    worst = ranked([...worst, ...ended(fall, timeMs)]);
    fall = undefined;
  };

  return {
    add(timeMs, equity) {
      if (isFirst) peak = { ...peak, timeMs };
      isFirst = false;
      lastMs = timeMs;
      if (equity >= peak.equity * (1 - tolerance)) {
        const reckoned = exact();
        if (reckoned.gte(peak.exact)) {
          recover(timeMs);
          peak = { timeMs, equity, exact: reckoned };
          return 0;
        }
      }
      const below = peak.equity - equity;
      if (!fall || below / peak.equity > fall.depthRatio) deepen(timeMs, below);
      return below / peak.equity;
    },
    summary() {
      const openMs = fall ? lastMs - peak.timeMs : 0;
      const all = count + (fall ? 1 : 0);
      return {
        count: all,
        peakEquity: toDecimal(peak.exact),
        maxDrawdown: toDecimal(deepest),
        maxDrawdownRatio: deepestRatio,
        averageDrawdownRatio: all === 0 ? null : (ratios + (fall?.depthRatio ?? 0)) / all,
        averageDrawdownMs: all === 0 ? null : (durationsMs + openMs) / all,
        longestDrawdownMs: all === 0 ? null : Math.max(longestMs, openMs),
        worst: ranked([...worst, ...(fall ? ended(fall, null) : [])]),
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
