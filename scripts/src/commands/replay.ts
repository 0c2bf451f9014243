import { Mode, toTime, UserError } from '@heliograph/contracts';
import {
  inputsPruned,
  pricesOf,
  readRecording,
  timeOfPrice,
  type PortfolioRow,
  type Pruning,
} from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { SpeedText } from '../options/feed-options.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { openLogOrStreams } from '../logged-streams.ts';
import { MomentText } from '../options/moment-text.ts';
import { minute } from '../output/format.ts';
import { createPlayProgress } from '../output/play-progress.ts';
import { printSimulatedRun, simulatedRunJson } from '../output/simulated-run.ts';
import { changeSettings } from '../options/change-settings.ts';
import { compareRuns } from '../compare/compare-runs.ts';
import { createRunRecord } from '../compare/run-record.ts';
import { comparisonText } from '../output/comparison-text.ts';
import { whatHappened } from '../output/story-text.ts';
import { createPace } from '../pace.ts';
import { playRecorded, priceKindOf } from '../recorded-run.ts';
import { createChartRecorder } from '../report/chart-recorder.ts';
import { checkReport, writeReport } from '../report/write-report.ts';
import { createSimulatedRun } from '../simulate.ts';
import { findPortfolio, type Database } from '../options/trade-log-options.ts';
import { programVersion } from '../program-version.ts';

const Place = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a sequence of the stream MARKET')
  .transform(Number)
  .optional();

const ReplayOptions = z.object({
  run: z.string().optional(),
  from: MomentText.optional(),
  to: MomentText.optional(),
  fromSequence: Place,
  toSequence: Place,
  speed: SpeedText.optional(),
  set: z.array(z.string()).default([]),
  report: z.string().min(1, 'expected a file').optional(),
  compare: z.boolean().default(false),
});

const progressEvery = 1_000;

/** A logged run once more: its candles and signals through the execution that decided them, unchanged or not. */
export async function replay(invocation: Invocation): Promise<ExitCode> {
  const options = readOptions(invocation, ReplayOptions);
  const { run, from, to, set, report, compare, speed = 'max' } = options;
  const { fromSequence: first, toSequence: last } = options;
  if (report !== undefined) await checkReport(report);
  using log = await openLogOrStreams(invocation);
  const recorded = findPortfolio(log.database, run, '--run');
  if (!recorded)
    throw new UserError('there is nothing to replay: the log has no portfolio', { exitCode: 1 });
  const { portfolio, tape, mode, decisionsVersion, end } = recorded;
  const settings = set.reduce(changeSettings, recorded.settings);
  const pruned = inputsPruned(log.database, recorded.portfolio);
  if (pruned) checkBegin(log.database, recorded, { pruned, from, first });
  const named = { portfolio, tape, mode: Mode.parse(mode) };
  const [before, now] = [createRunRecord(), createRunRecord()];
  const chart = report === undefined ? undefined : createChartRecorder();
  const simulated = createSimulatedRun({
    ...named,
    settings,
    onEvent: (event) => {
      now.add(event);
      if (speed !== 'max')
        invocation.terminal.note(`${minute(event.timeMs)} ${whatHappened(event)}`);
    },
    observer: chart,
  });
  const unchanged = compare
    ? createSimulatedRun({
        ...named,
        settings: recorded.settings,
        onEvent: (event) => before.add(event),
      })
    : undefined;
  const { terminal, json } = invocation;
  if (pruned)
    terminal.note(
      `What ${portfolio} was decided on before is pruned: this is another run, with the cash of the start.`,
    );
  const progress = createPlayProgress(terminal, { unit: 'candles', total: end?.candles });
  const startedMs = performance.now();
  const prices = priceKindOf(settings);
  const waitUntil = createPace(speed);
  const span = { from, to, first, last, prices };
  for (const event of readRecording(log.database, portfolio, span)) {
    if (event.kind !== 'signal') await waitUntil(timeOfPrice(event));
    playRecorded(simulated, event);
    if (unchanged) playRecorded(unchanged, event);
    if (simulated.candles % progressEvery === 0) progress.at(simulated.candles);
  }
  if (simulated.isEmpty)
    throw new UserError(
      `there is nothing to replay: ${portfolio} has no ${prices === 'candle' ? 'candles' : 'trades of the market'} there`,
      { exitCode: 1 },
    );
  simulated.end();
  unchanged?.end();
  const elapsedMs = Math.round(performance.now() - startedMs);
  progress.end();
  const comparison = compare ? compareRuns(before, now) : undefined;
  const result = {
    ...simulatedRunJson({ run: portfolio, simulated, settings, elapsedMs }),
    prunedBefore: pruned?.before ?? null,
    prunedTime: pruned?.time ?? null,
    ...(comparison && { comparison }),
  };
  if (report !== undefined && chart)
    await writeReport(report, result, {
      instruments: chart.instruments(),
      about: { tape, decisionsVersion: String(decisionsVersion), heliograph: programVersion() },
    });
  if (json) terminal.data(JSON.stringify(result));
  else printSimulatedRun(terminal, result);
  if (comparison && !json)
    terminal.data(
      `\n${comparisonText(comparison, { first: 'as it was set', second: changesText(set) })}`,
    );
  return exitCodes.ok;
}

/**
 * From the middle of a run it is another run: that has to be meant.
 * @throws UserError unless it is to begin where what it was decided on is there from then on: `from` in epoch ms, or `first` in
 * MARKET
 */
function checkBegin(
  database: Database,
  { portfolio, settings }: PortfolioRow,
  {
    pruned,
    from = -Infinity,
    first = 0,
  }: { pruned: Pruning; from: number | undefined; first: number | undefined },
): void {
  const on = `pruned on ${toTime(pruned.time)}`;
  const kind = priceKindOf(settings);
  for (const price of pricesOf(database, { portfolio, kind, order: 'time' })) {
    const begins = timeOfPrice(price);
    if (from >= begins || first >= price.sequence) return;
    throw new UserError(
      `what ${portfolio} was decided on before ${toTime(begins)} is ${on}: a backup has it; or say \`--from ${toTime(begins)}\` to begin there, with the cash of the start`,
      { exitCode: 1 },
    );
  }
  throw new UserError(`what ${portfolio} was decided on is ${on}: a backup has it`, {
    exitCode: 1,
  });
}

function changesText(set: readonly string[]): string {
  return set.length === 0 ? 'the same once more' : `with ${set.join(' ')}`;
}
