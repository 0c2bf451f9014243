import { canonicalJson, deterministicId, toTime, UserError } from '@heliograph/contracts';
import { createSignalMachine, type StrategyFailure } from '@heliograph/signal-engine';
import { drawTradesAgain } from '@heliograph/trade-log';
import { z } from 'zod';
import { openCandleSource, readCandleSource, tellPruned } from '../candle-source.ts';
import { readExecutionOptions } from '../options/execution-options.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readStrategy } from '../options/feed-options.ts';
import { noteCurrencies } from '../note-currencies.ts';
import { noteSimulated } from '../simulated-market.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { count } from '../output/format.ts';
import { monteCarloText } from '../output/monte-carlo-text.ts';
import { createPlayProgress } from '../output/play-progress.ts';
import { printSimulatedRun, simulatedRunJson } from '../output/simulated-run.ts';
import { createChartRecorder } from '../report/chart-recorder.ts';
import { checkReport, writeReport } from '../report/write-report.ts';
import { createSimulatedRun } from '../simulate.ts';
import { programVersion } from '../program-version.ts';

const BacktestOptions = z.object({
  report: z.string().min(1, 'expected a file').optional(),
  monteCarlo: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'expected how often trades are drawn again, such as 1000')
    .transform(Number)
    .optional(),
  seed: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number),
});

/** Candles through the strategy and the execution of the services, synchronously and without a bus. */
export async function backtest(invocation: Invocation): Promise<ExitCode> {
  const { report, monteCarlo, seed } = readOptions(invocation, BacktestOptions);
  if (report !== undefined) await checkReport(report);
  const source = readCandleSource(invocation);
  const { portfolio, settings } = await readExecutionOptions(invocation);
  if (settings.paper?.tape === 'trades')
    throw new UserError('--paper-tape trades: candle files hold no trades to fill orders from', {
      exitCode: exitCodes.usage,
    });
  const strategy = await readStrategy(invocation);
  using opened = await openCandleSource(source);
  const { feed } = opened;
  noteSimulated(invocation, feed);
  noteCurrencies(invocation, feed);
  const missing = await tellPruned(invocation, opened);
  const { terminal, json } = invocation;
  const { name, version, configHash, params } = strategy;
  const run = deterministicId(
    'backtest',
    canonicalJson({ feed: feed.identity, name, version, configHash, portfolio, settings }),
  );

  const failures: StrategyFailure[] = [];
  const machine = createSignalMachine({
    strategy,
    tape: feed.identity,
    mode: 'backtest',
    runId: run,
    source: 'backtest',
    instruments: feed.instruments,
    onError: (failure) => failures.push(failure),
  });
  const chart = report === undefined ? undefined : createChartRecorder();
  const simulated = createSimulatedRun({
    portfolio,
    tape: feed.identity,
    mode: 'backtest',
    settings,
    observer: chart,
  });
  // Only somebody who looks at the progress is worth reading everything twice.
  const total = terminal.interactive ? (await feed.inspect()).candles : undefined;
  const progress = createPlayProgress(terminal, { unit: 'candles', total });
  const startedMs = performance.now();
  for await (const chunk of feed.chunks()) {
    for (const { instant, signals } of machine.decide(chunk, ({ time }) => time))
      simulated.play(instant.candles, signals);
    progress.at(simulated.candles);
  }
  simulated.end();
  const elapsedMs = Math.round(performance.now() - startedMs);
  progress.end();

  const result = simulatedRunJson({ run, simulated, settings, elapsedMs });
  const drawn =
    monteCarlo === undefined
      ? undefined
      : drawTradesAgain(
          result.trades.map(({ pnl }) => Number(pnl)),
          {
            startCash: Number(settings.cash),
            runs: monteCarlo,
            seed,
            stakeFollowsEquity: !['quote', 'base'].includes(settings.stake.kind),
          },
        );
  const played = {
    ...result,
    strategy: { name, version, params },
    ...missing,
    ...(monteCarlo !== undefined && { monteCarlo: drawn ?? null }),
  };
  if (report !== undefined && chart)
    await writeReport(report, played, {
      instruments: chart.instruments(),
      about: { candles: feed.identity, strategy: configHash, heliograph: programVersion() },
    });
  if (json) terminal.data(JSON.stringify(played));
  else printSimulatedRun(terminal, result);
  if (monteCarlo !== undefined && !json) terminal.data(`\n${monteCarloText(drawn)}`);
  return reportFailures(failures, invocation);
}

/** A strategy that threw made no signals where it did: the result is there, but it is not that of the strategy. */
function reportFailures(failures: readonly StrategyFailure[], { terminal }: Invocation): ExitCode {
  const [first] = failures;
  if (!first) return exitCodes.ok;
  const { strategy, candle, error, place } = first;
  const times = failures.length === 1 ? '1 time' : `${count(failures.length)} times`;
  terminal.note(
    `strategy ${strategy} failed ${times}, first at ${candle.symbol} ${toTime(candle.closeTime)}: ` +
      (error instanceof Error ? error.message : String(error)) +
      (place === undefined ? '' : ` (at ${place})`),
  );
  return exitCodes.findings;
}
