import { UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { compareRuns } from '../compare/compare-runs.ts';
import { createRunRecord, type RunRecord } from '../compare/run-record.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { openLogOrStreams } from '../logged-streams.ts';
import { comparisonText } from '../output/comparison-text.ts';
import { findPortfolio, type Database } from '../options/trade-log-options.ts';
import { readEntries } from '../verify/recorded-journal.ts';

const CompareOptions = z.object({
  run: z.string().optional(),
  with: z.string('expected a portfolio or a run to compare with'),
});

/** Two portfolios of a log, trade by trade: a live one and its shadow on paper, or two runs of the same signals. */
export async function compare(invocation: Invocation): Promise<ExitCode> {
  const { run, with: other } = readOptions(invocation, CompareOptions);
  using log = await openLogOrStreams(invocation);
  const { database } = log;
  const [first, second] = [
    findPortfolio(database, run, '--run'),
    findPortfolio(database, other, '--with'),
  ];
  if (!first || !second)
    throw new UserError('there is nothing to compare: the log has no portfolio', { exitCode: 1 });
  const comparison = compareRuns(
    recordOf(database, first.portfolio),
    recordOf(database, second.portfolio),
  );
  const { same, changed } = comparison.signals;
  // The id of a signal names its tape: nothing of one is anything of the other.
  if (first.tape !== second.tape && same + changed.length === 0)
    throw new UserError(
      `${first.portfolio} and ${second.portfolio} have no signal in common, for they ran on tapes of their own: compare portfolios of one run (--portfolios), or replay one of them with the other's settings: heliograph replay --run ${first.portfolio} --set stake=500 --compare`,
      { exitCode: exitCodes.usage },
    );
  const names = { first: first.portfolio, second: second.portfolio };
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ ...names, comparison }));
  else terminal.data(comparisonText(comparison, names));
  return exitCodes.ok;
}

function recordOf(database: Database, portfolio: string): RunRecord {
  const record = createRunRecord();
  for (const { event } of readEntries(database, portfolio)) record.add(event);
  return record;
}
