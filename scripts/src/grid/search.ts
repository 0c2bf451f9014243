import { Big } from '@heliograph/contracts';
import type { Metrics } from '@heliograph/trade-log';
import type { GridSetting, JobResult } from './job.ts';
import { runJobs } from './pool.ts';
import type { Fold } from './windows.ts';

/** A combination of parameters and what it came to where it was chosen. */
export interface Candidate {
  readonly params: readonly string[];
  readonly inSample: JobResult;
}

/** What was chosen on one part of the candles, and what that came to on the next. */
export interface FoldResult extends Fold {
  /** All that were tried, the best first. */
  readonly ranking: readonly Candidate[];
  /** The best of them where it had not been chosen. */
  readonly outOfSampleResult: JobResult | undefined;
}

/** The figures by which combinations can be ranked: more is better, and a loss is below 0. */
export const figures = [
  'netPnl',
  'returnRatio',
  'expectancy',
  'expectancyRatio',
  'profitFactor',
  'returnProfitFactor',
  'winRate',
  'sqn',
  'annualReturnRatio',
  'sharpe',
  'sortino',
  'calmar',
] as const satisfies readonly (keyof Metrics)[];
export type Figure = (typeof figures)[number];

/** Tries every combination on each fold, and the best of each on what follows it. */
export async function searchGrid(
  setting: GridSetting,
  {
    combinations,
    folds,
    by,
    threads,
    onDone,
  }: {
    combinations: readonly (readonly string[])[];
    folds: readonly Fold[];
    by: Figure;
    threads: number;
    onDone: (done: number) => void;
  },
): Promise<FoldResult[]> {
  const jobs = folds.flatMap(({ inSample }) =>
    combinations.map((params) => ({ params, window: inSample })),
  );
  const results = await runJobs(setting, jobs, { threads, onDone });
  const rankings = folds.map((_, at) => {
    const first = at * combinations.length;
    const candidates = combinations.flatMap((params, index): Candidate[] => {
      const inSample = results[first + index];
      return inSample ? [{ params, inSample }] : [];
    });
    return candidates.toSorted((a, b) => compare(valueOf(b, by), valueOf(a, by)));
  });
  const trials = folds.flatMap(({ outOfSample }, at) => {
    const best = rankings[at]?.[0];
    return outOfSample && best ? [{ at, job: { params: best.params, window: outOfSample } }] : [];
  });
  const tried = await runJobs(
    setting,
    trials.map(({ job }) => job),
    { threads, onDone: (done) => onDone(jobs.length + done) },
  );
  const outOfSample = new Map(trials.map(({ at }, index) => [at, tried[index]]));
  return folds.map((fold, at) => ({
    ...fold,
    ranking: rankings[at] ?? [],
    outOfSampleResult: outOfSample.get(at),
  }));
}

/** Undefined where there is not enough data for the figure: behind all others. */
function valueOf({ inSample }: Candidate, by: Figure): number | undefined {
  const value = inSample.metrics[by];
  return value === null ? undefined : Number(value);
}

function compare(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  return a - b;
}

export interface OutOfSampleTotals {
  readonly folds: number;
  readonly profitable: number;
  readonly trades: number;
  /** Quote currency. */
  readonly netPnl: string;
}

/** The results of all parts that parameters were not chosen on; each began with the cash at the start. */
export function outOfSampleTotals(folds: readonly FoldResult[]): OutOfSampleTotals {
  const results = folds.flatMap(({ outOfSampleResult }) => outOfSampleResult ?? []);
  const netPnl = results.reduce((sum, { metrics }) => sum.plus(metrics.netPnl), new Big('0'));
  const trades = results.reduce((sum, { metrics }) => sum + metrics.trades, 0);
  const profitable = results.filter(({ metrics }) => new Big(metrics.netPnl).gt('0')).length;
  return { folds: results.length, profitable, trades, netPnl: netPnl.toFixed() };
}
