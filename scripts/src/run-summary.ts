import { summarisePerformance, type Performance } from '@heliograph/trade-log';
import type { Latencies } from './follow-run.ts';
import { count } from './output/format.ts';
import { metricLines } from './output/metrics.ts';
import { formatFacts } from './output/table.ts';
import type { Pipeline, PortfolioRun } from './pipeline.ts';
import type { OpenPosition, Trade } from './tally.ts';

/** What `start --json` prints: the whole run, also what was done before it was resumed. */
interface RunSummary {
  readonly run: string;
  readonly portfolio: string;
  /** `stopped` goes on at the next start. */
  readonly status: 'ended' | 'stopped';
  readonly candles: number;
  readonly signals: number;
  /** Signals that became orders. */
  readonly executed: number;
  /** Signals that only took orders back. */
  readonly cancels: number;
  readonly skipped: number;
  readonly skippedByReason: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly fills: number;
  readonly trades: number;
  readonly tradeList: readonly Trade[];
  readonly openPositions: readonly OpenPosition[];
  readonly metrics: Performance;
  /** Told by this process. */
  readonly alerts: number;
  /** Written down by this process. */
  readonly logged: number;
  readonly db: string;
  readonly decisionsHash: string;
  /** From the writing of a signal to the writing of its order. */
  readonly latencyMs: Latencies;
}

/** Of several portfolios: the main one's, and beside it that of each. */
export type RunSummaries = RunSummary & { readonly portfolios?: readonly RunSummary[] };

export async function summariseRuns(pipeline: Pipeline, db: string): Promise<RunSummaries> {
  const [main, ...others] = pipeline.runs;
  const summary = await summariseRun(pipeline, main, db);
  if (others.length === 0) return summary;
  const rest = await Promise.all(others.map((run) => summariseRun(pipeline, run, db)));
  return { ...summary, portfolios: [summary, ...rest] };
}

async function summariseRun(
  { engine, notifier, tradeLog }: Pipeline,
  { name, settings, followed }: PortfolioRun,
  db: string,
): Promise<RunSummary> {
  await followed.caughtUp();
  const { tally } = followed;
  const { candles, signals } = engine.progress;
  return {
    run: engine.tape,
    portfolio: name,
    status: tally.marked ? 'ended' : 'stopped',
    candles,
    signals,
    executed: tally.executed,
    cancels: tally.cancels,
    skipped: tally.skippedCount,
    skippedByReason: tally.skipped,
    orders: tally.orders,
    fills: tally.fills,
    trades: tally.trades.length,
    tradeList: tally.trades,
    openPositions: tally.marked?.openPositions ?? [],
    metrics: summarisePerformance({
      startCash: settings.cash,
      trades: tally.trades,
      finalEquity: tally.marked?.equity,
    }),
    alerts: notifier.alerts(),
    logged: tradeLog.logged(),
    db,
    decisionsHash: tally.decisionsHash(),
    latencyMs: await followed.latencies(engine.tape),
  };
}

/** The same for people. */
export function summaryLines({ portfolios, ...main }: RunSummaries): string {
  if (!portfolios) return linesOf(main);
  return portfolios.map((summary) => `${summary.portfolio}\n${linesOf(summary)}`).join('\n\n');
}

function linesOf(summary: RunSummary): string {
  const { latencyMs, skipped } = summary;
  return formatFacts([
    ['Candles', count(summary.candles)],
    [
      'Signals',
      `${count(summary.signals)}, ${count(summary.executed)} executed, ${count(skipped)} skipped` +
        (summary.cancels > 0 ? `, ${count(summary.cancels)} only took orders back` : ''),
    ],
    ['Orders', `${count(summary.orders)}, ${count(summary.fills)} fills`],
    ...metricLines(summary.metrics),
    ['Alerts', count(summary.alerts)],
    [
      'Latency',
      latencyMs.p50 === null ? 'none' : `p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms`,
    ],
    ['Decisions', summary.decisionsHash],
  ]);
}
