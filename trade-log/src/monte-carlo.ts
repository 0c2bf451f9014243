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
 * and in which order. It takes trades to be independent of each other and of what was earned before, which those of a
 * fixed stake nearly are. Undefined below 10 trades. The same seed gives the same.
 *
 * Source: the bootstrap of B. Efron, Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 7 (1979).
 */
export function drawTradesAgain(
  pnls: readonly number[],
  { startCash, runs, seed }: { startCash: number; runs: number; seed: number },
): MonteCarlo | undefined {
  if (pnls.length < fewestTrades) return undefined;
  const random = createRandom(seed);
  const netPnls = new Float64Array(runs);
  const drawdowns = new Float64Array(runs);
  let losses = 0;
  for (let run = 0; run < runs; run++) {
    let equity = startCash;
    let highest = startCash;
    let deepest = 0;
    for (let drawn = 0; drawn < pnls.length; drawn++) {
      equity += pnls[Math.floor(random() * pnls.length)] ?? 0;
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
