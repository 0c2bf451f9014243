import { availableParallelism } from 'node:os';
import { timeframeMs, UserError } from '@heliograph/contracts';
import { loadStrategy } from '@heliograph/signal-engine';
import { z } from 'zod';
import { openCandleSource, readCandleSource, tellPruned } from '../candle-source.ts';
import { readExecutionOptions } from '../options/execution-options.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { noteCurrencies } from '../note-currencies.ts';
import { noteSimulated } from '../simulated-market.ts';
import { combinationsOf, mostCombinations, readAxes } from '../grid/axes.ts';
import { figures, outOfSampleTotals, searchGrid, type Figure } from '../grid/search.ts';
import { foldsOf } from '../grid/windows.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { count } from '../output/format.ts';
import { gridText } from '../output/grid-text.ts';
import { createPlayProgress } from '../output/play-progress.ts';

const Whole = (expected: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, expected)
    .transform(Number);

const GridOptions = z.object({
  strategy: z.string(),
  param: z.array(z.string()).default([]),
  grid: z.array(z.string(), { error: 'say what is tried, as --grid fast=5,10,20' }),
  by: z.enum(figures, { error: `expected one of ${figures.join(', ')}` }),
  keepBack: z
    .string()
    .transform((text) => Number(text.replace(/%$/, '')) / (text.endsWith('%') ? 100 : 1))
    .refine((part) => part > 0 && part < 1, 'expected a part such as 30% or 0.3')
    .optional(),
  walkForward: Whole('expected a number of folds such as 5').optional(),
  threads: Whole('expected a number of threads such as 4').optional(),
  limit: Whole('expected a number above 0'),
});

/** Every combination of parameters over the same candles, on all processors; what was chosen is tried on what it has not seen. */
export async function grid(invocation: Invocation): Promise<ExitCode> {
  const options = readOptions(invocation, GridOptions);
  const { strategy, by, keepBack: keptBack, walkForward } = options;
  if (keptBack !== undefined && walkForward !== undefined)
    throw new UserError('--keep-back and --walk-forward: choose one', { exitCode: 2 });
  const source = readCandleSource(invocation);
  const { portfolio, settings } = await readExecutionOptions(invocation);
  const { terminal, json } = invocation;
  const { combinations, refused } = await accepted(
    strategy,
    combinationsOf(readAxes(options.grid)).map((texts) => [...options.param, ...texts]),
  );
  using opened = await openCandleSource(source);
  const { feed } = opened;
  noteSimulated(invocation, feed);
  noteCurrencies(invocation, feed);
  const missing = await tellPruned(invocation, opened);
  const { firstTime, lastTime } = await feed.inspect();
  const candleMs = Math.max(...feed.instruments.map(({ timeframe }) => timeframeMs(timeframe)));
  const folds = foldsOf({ from: firstTime, to: lastTime }, { keptBack, walkForward, candleMs });
  const outOfSample = folds.filter((fold) => fold.outOfSample).length;
  const total = combinations.length * folds.length + outOfSample;
  if (total > mostCombinations)
    throw new UserError(
      `--walk-forward ${folds.length}: with ${count(combinations.length)} combinations that is ${count(total)} backtests, at most ${count(mostCombinations)} are run`,
      { exitCode: 2 },
    );
  const progress = createPlayProgress(terminal, { unit: 'backtests', total });
  const startedMs = performance.now();
  const results = await searchGrid(
    {
      source: opened.source,
      strategy,
      portfolio,
      settings,
    },
    {
      combinations,
      folds,
      by,
      threads: options.threads ?? availableParallelism(),
      onDone: (done) => progress.at(done),
    },
  );
  progress.end();
  const elapsedMs = Math.round(performance.now() - startedMs);
  if (refused.length > 0)
    terminal.note(
      `${refused.length === 1 ? '1 combination is' : `${count(refused.length)} combinations are`} refused by the strategy, first ${refused[0]?.params.join(' ')}: ${refused[0]?.why}`,
    );
  const totals = outOfSampleTotals(results);
  if (json)
    terminal.data(
      JSON.stringify({
        strategy,
        by,
        ...missing,
        combinations: combinations.length,
        refused,
        folds: results.map(({ ranking, ...fold }) => ({
          ...fold,
          ranking: ranking.slice(0, options.limit),
        })),
        outOfSample: outOfSample > 0 ? totals : null,
        elapsedMs,
      }),
    );
  else terminal.data(gridText(results, { by: by satisfies Figure, limit: options.limit, totals }));
  const failures = results
    .flatMap(({ ranking }) => ranking)
    .filter((each) => each.inSample.failures);
  if (failures.length === 0) return exitCodes.ok;
  terminal.note(`the strategy failed with ${count(failures.length)} combinations: see --json`);
  return exitCodes.findings;
}

/** A strategy may refuse combinations, as a fast average that is slower than the slow one. */
async function accepted(strategy: string, all: readonly (readonly string[])[]) {
  const combinations: (readonly string[])[] = [];
  const refused: { params: readonly string[]; why: string }[] = [];
  for (const params of all)
    try {
      await loadStrategy(strategy, params);
      combinations.push(params);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused.push({ params, why: error.message });
    }
  if (combinations.length === 0)
    throw new UserError(`--grid: ${refused[0]?.why ?? 'there is nothing to try'}`, { exitCode: 2 });
  return { combinations, refused };
}
