/** What other orders and mixtures of the same trades would have come to; quote currency and ratios. */
export interface MonteCarlo {
  readonly runs: number;
  readonly seed: number;
  readonly trades: number;
  /** Of the runs that end with less than they began with. */
  readonly lossRatio: number;
  readonly netPnl: Percentiles;
  /** The largest (highest before - equity) / highest before, at exits. */
  readonly maxDrawdownRatio: Percentiles;
}

/** The value below which so many of a hundred runs are. */
export interface Percentiles {
  readonly p5: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

/** Fewer tell nothing but themselves. */
const fewestTrades = 10;

/**
 * Draws as many trades as there were, with replacement, again and again: how much of a result was luck in which trades came,
 * and in which order. It takes trades to be independent of each other. Those of a fixed stake are added up; those of a stake that
 * follows equity are multiplied, each by what it made of the equity of its exit: a loss of a rich account is none of a poor one.
 * Undefined below 10 trades, and where nothing was left to multiply. The same seed gives the same.
 *
 * Source: the bootstrap of B. Efron, Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 7 (1979).
 */
export function drawTradesAgain(
  pnls: readonly number[],
  {
    startCash,
    runs,
    seed,
    stakeFollowsEquity,
  }: { startCash: number; runs: number; seed: number; stakeFollowsEquity: boolean },
): MonteCarlo | undefined {
  if (pnls.length < fewestTrades) return undefined;
  const returns = stakeFollowsEquity ? returnsOf(pnls, startCash) : undefined;
  if (returns?.some((ratio) => ratio <= -1)) return undefined;
  const random = createRandom(seed);
  const netPnls = new Float64Array(runs);
  const drawdowns = new Float64Array(runs);
  let losses = 0;
  for (let run = 0; run < runs; run++) {
    let equity = startCash;
    let highest = startCash;
    let deepest = 0;
    for (let drawn = 0; drawn < pnls.length; drawn++) {
      const place = Math.floor(random() * pnls.length);
      equity += returns ? equity * (returns[place] ?? 0) : (pnls[place] ?? 0);
      if (equity > highest) highest = equity;
      else deepest = Math.max(deepest, (highest - equity) / highest);
    }
    netPnls[run] = equity - startCash;
    drawdowns[run] = deepest;
    if (equity < startCash) losses++;
  }
  return {
    runs,
    seed,
    trades: pnls.length,
    lossRatio: losses / runs,
    netPnl: percentilesOf(netPnls),
    maxDrawdownRatio: percentilesOf(drawdowns),
  };
}

/** What each trade made of the equity that was there before its exit. */
function returnsOf(pnls: readonly number[], startCash: number): number[] {
  let equity = startCash;
  return pnls.map((pnl) => {
    const before = equity;
    equity += pnl;
    return before > 0 ? pnl / before : -1;
  });
}

function percentilesOf(values: Float64Array): Percentiles {
  const sorted = values.toSorted();
  const at = (percent: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? 0;
  return { p5: at(5), p25: at(25), p50: at(50), p75: at(75), p95: at(95) };
}

/** Mulberry32 of T. Ettinger: 32 bits of state, enough for drawing trades. */
function createRandom(seed: number): () => number {
  let state = Math.trunc(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
