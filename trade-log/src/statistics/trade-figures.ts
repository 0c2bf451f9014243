/** What the figures below need of a closed trade; in the order of their exits. */
export interface FiguredTrade {
  readonly pnl: string;
  readonly returnRatio: number;
  /** Maximum adverse excursion: how far the price went against it at most, over its entry price; 0 or below. */
  readonly maeRatio?: number | null;
  /** Maximum favourable excursion: 0 or above. */
  readonly mfeRatio?: number | null;
}

export interface TradeFigures {
  /** The nth root of the product of (1 + returnRatio), less 1. [bt] "Avg. Trade" */
  readonly geometricReturnRatio: number | null;
  /** winRate - (1 - winRate) / (mean pnl of the wins / -mean pnl of the losses). [kelly], [bt] "Kelly Criterion" */
  readonly kellyRatio: number | null;
  /** The most trades in a row with pnl > 0; one that came out even ends a streak. */
  readonly longestWinningStreak: number;
  readonly longestLosingStreak: number;
  /** The mean of maeRatio over the trades that have one. [sweeney] */
  readonly averageMaeRatio: number | null;
  /** The mean of mfeRatio over the trades that have one. [sweeney] */
  readonly averageMfeRatio: number | null;
}

/**
 * Sources: [bt] backtesting.py 0.6, `_stats.py`; [kelly] J. Kelly, A New Interpretation of Information Rate, Bell System
 * Technical Journal 35 (1956); [sweeney] J. Sweeney, Maximum Adverse Excursion (1997).
 */
export function tradeFigures(trades: readonly FiguredTrade[]): TradeFigures {
  const signs = trades.map(({ pnl }) => Math.sign(Number(pnl)));
  return {
    geometricReturnRatio: geometricMean(trades.map(({ returnRatio }) => returnRatio)),
    kellyRatio: kelly(trades.map(({ pnl }) => Number(pnl))),
    longestWinningStreak: longestStreak(signs, 1),
    longestLosingStreak: longestStreak(signs, -1),
    averageMaeRatio: mean(trades.flatMap(({ maeRatio }) => maeRatio ?? [])),
    averageMfeRatio: mean(trades.flatMap(({ mfeRatio }) => mfeRatio ?? [])),
  };
}

/** Who has lost everything once, or more, has lost everything. */
function geometricMean(returns: readonly number[]): number | null {
  if (returns.length === 0) return null;
  if (returns.some((value) => value <= -1)) return -1;
  const logs = returns.reduce((total, value) => total + Math.log1p(value), 0);
  return Math.expm1(logs / returns.length);
}

function kelly(pnls: readonly number[]): number | null {
  const wins = pnls.filter((pnl) => pnl > 0);
  const win = mean(wins);
  const loss = mean(pnls.filter((pnl) => pnl < 0));
  if (win === null || loss === null) return null;
  const winRate = wins.length / pnls.length;
  return winRate - (1 - winRate) / (win / -loss);
}

function longestStreak(signs: readonly number[], sign: number): number {
  let longest = 0;
  let current = 0;
  for (const each of signs) {
    current = each === sign ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((total, value) => total + value, 0) / values.length;
}
