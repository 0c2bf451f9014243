import { toTime, UserError } from '@heliograph/contracts';
import { decisionsVersion } from '@heliograph/execution';
import { inputsPruned, readPortfolios, type Pruning } from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { openLogOrStreams } from '../logged-streams.ts';
import { count } from '../output/format.ts';
import type { Terminal } from '../output/terminal.ts';
import { findPortfolio } from '../options/trade-log-options.ts';
import { verifyPortfolio, type Finding, type Verdict } from '../verify/verify-portfolio.ts';

const VerifyOptions = z.object({ run: z.string().optional() });

/** Whether what was logged is what is decided again; exit 3 with the first difference when it is not. */
export async function verify(invocation: Invocation): Promise<ExitCode> {
  const { run } = readOptions(invocation, VerifyOptions);
  using log = await openLogOrStreams(invocation);
  const { database } = log;
  const one = run === 'all' ? undefined : findPortfolio(database, run, '--run');
  const rows = one ? [one] : readPortfolios(database);
  if (rows.length === 0)
    throw new UserError('there is nothing to verify: the log has no portfolio', { exitCode: 1 });
  const { terminal, json } = invocation;
  const pruned = rows.flatMap(({ portfolio }) => {
    const pruning = inputsPruned(database, portfolio);
    return pruning ? [{ portfolio, ...pruning }] : [];
  });
  for (const one of pruned) notePruned(one, terminal);
  const left = new Set(pruned.map(({ portfolio }) => portfolio));
  const whole = rows.filter(({ portfolio }) => !left.has(portfolio));
  if (whole.length === 0)
    throw new UserError('there is nothing to verify: a backup from before the pruning can be', {
      exitCode: 1,
    });
  const verdicts = whole.map((row) =>
    verifyPortfolio(database, row, (events) =>
      terminal.progress(`${row.portfolio}: ${count(events)} events decided again`),
    ),
  );
  terminal.endProgress();
  if (json)
    terminal.data(
      JSON.stringify({ portfolios: verdicts.map(jsonOf), pruned: pruned.map(prunedJson) }),
    );
  else terminal.data(verdicts.map(textOf).join('\n\n'));
  return verdicts.some(({ finding }) => finding) ? exitCodes.findings : exitCodes.ok;
}

type Pruned = Pruning & { readonly portfolio: string };

/** What a journal rests on may have been taken out on purpose: that is no difference. */
function notePruned({ portfolio, before, time }: Pruned, terminal: Terminal): void {
  terminal.note(
    `${portfolio}: what it was decided on is pruned up to ${toTime(before)} (on ${toTime(time)}).`,
  );
}

function prunedJson({ portfolio, before, time }: Pruned): object {
  return { portfolio, prunedBefore: before, prunedTime: time };
}

function jsonOf({ notReplayed, finding, ...verdict }: Verdict): object {
  return { ...verdict, notReplayed: notReplayed ?? null, finding: finding ?? null };
}

function textOf(verdict: Verdict): string {
  const { portfolio, rules, events, derived, observed, replayed, pending } = verdict;
  const { notReplayed, finding } = verdict;
  const outside = Object.entries(observed).map(([type, times]) => `${type} ${count(times)}`);
  const lines = [
    `${portfolio}: ${finding ? 'DIFFERS' : 'verified'}`,
    `  ${count(events)} events, ${count(derived)} of them decided again and equal`,
    ...(rules === decisionsVersion
      ? []
      : [
          `  decided by rules of version ${rules}, these are ${decisionsVersion}: ids are left out`,
        ]),
    ...(outside.length > 0 ? [`  taken as they are: ${outside.join(', ')}`] : []),
  ];
  if (pending > 0)
    lines.push(
      `  ${count(pending)} more not looked at: they rest on messages that the log has not got to yet`,
    );
  if (finding) return [...lines, ...findingLines(finding)].join('\n');
  if (notReplayed === undefined)
    lines.push(`  tape played again: ${count(replayed)} decisions, fills and trades, all equal`);
  else lines.push(`  tape not played again: ${notReplayed}`);
  return lines.join('\n');
}

function findingLines(finding: Finding): string[] {
  const { place, sequence, type, id, what, recorded, derived } = finding;
  return [
    `  entry ${count(place)} of the journal (TRADING ${count(sequence)}), ${type} ${id}:`,
    `  ${what}`,
    ...('recorded' in finding ? [`    recorded  ${shown(recorded)}`] : []),
    ...('derived' in finding ? [`    derived   ${shown(derived)}`] : []),
  ];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
