import { createSignalMachine, loadStrategy, type Instant } from '@heliograph/signal-engine';
import { openCandleSource } from '../candle-source.ts';
import { simulatedRunJson } from '../output/simulated-run.ts';
import { createSimulatedRun } from '../simulate.ts';
import type { GridSetting, Job, JobResult } from './job.ts';

/** So many candles are kept in memory between jobs; more are read again for each. */
const keptCandles = 500_000;

/**
 * Runs jobs over the same candles. The strategy sees everything before its window, so that it begins it as it would have
 * in one long run; only what it signals within is traded, from the cash at the start.
 */
export async function createJobRunner(
  setting: GridSetting,
): Promise<(job: Job) => Promise<JobResult>> {
  const { feed } = await openCandleSource(setting.source);
  let kept: (readonly Instant[])[] | undefined;

  const chunks = async function* () {
    if (kept) return yield* kept;
    const chunksSoFar: (readonly Instant[])[] = [];
    let count = 0;
    for await (const chunk of feed.chunks()) {
      count += chunk.reduce((sum, { candles }) => sum + candles.length, 0);
      if (count <= keptCandles) chunksSoFar.push(chunk);
      yield chunk;
    }
    if (count <= keptCandles) kept = chunksSoFar;
  };

  return async ({ params, window }) => {
    const { portfolio, settings } = setting;
    let failures = 0;
    const machine = createSignalMachine({
      strategy: await loadStrategy(setting.strategy, params),
      tape: feed.identity,
      mode: 'backtest',
      runId: 'grid',
      source: 'backtest',
      instruments: feed.instruments,
      onError: () => failures++,
    });
    const run = createSimulatedRun({ portfolio, tape: feed.identity, mode: 'backtest', settings });
    // To the end, and not only to that of the window: what is read whole is kept.
    for await (const chunk of chunks())
      for (const { instant, signals } of machine.decide(
        chunk.filter(({ time }) => time <= window.to),
        ({ time }) => time,
      )) {
        if (instant.time > window.from) run.play(instant.candles, signals);
      }
    run.end();
    const played = simulatedRunJson({ run: 'grid', simulated: run, settings, elapsedMs: 0 });
    const { metrics, signals, skipped, decisionsHash } = played;
    return { metrics, signals, skipped, failures, decisionsHash };
  };
}
