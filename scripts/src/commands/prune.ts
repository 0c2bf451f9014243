import { statSync } from 'node:fs';
import { toTime } from '@heliograph/contracts';
import {
  countPruned,
  planPruning,
  pruneLog,
  shrinkLog,
  type Pruned,
  type PrunePlan,
} from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { pastMomentText } from '../options/moment-text.ts';
import { bytes, count, minute } from '../output/format.ts';
import { formatTable, type Column } from '../output/table.ts';
import { stoppable } from '../stoppable.ts';
import { openLog, openLogToWrite } from '../options/trade-log-options.ts';

const PruneOptions = z.object({
  before: z
    .string({ error: 'say how old what goes has to be, e.g. --before 90d' })
    .pipe(pastMomentText(Date.now)),
  dryRun: z.boolean().default(false),
  withOpenEnds: z.boolean().default(false),
  vacuum: z.boolean().default(false),
});

type Journal = PrunePlan['journals'][number];

const journalColumns: readonly Column<Journal>[] = [
  { title: 'PORTFOLIO', text: ({ portfolio }) => portfolio },
  { title: 'EVENTS', right: true, text: ({ events }) => count(events) },
  { title: 'JOURNAL', text: ({ goes }) => (goes ? 'goes' : 'stays') },
  { title: 'BECAUSE', text: ({ why }) => why },
];

/** Old events out of the log; what something open or a kept portfolio needs stays. */
export async function prune(invocation: Invocation): Promise<ExitCode> {
  const { before, dryRun, withOpenEnds, vacuum } = readOptions(invocation, PruneOptions);
  const { terminal, json } = invocation;
  return stoppable(invocation, async (step) => {
    using log = dryRun ? openLog(invocation) : await openLogToWrite(invocation);
    const { database } = log;
    const sizeBefore = statSync(database.name).size;
    const plan = planPruning(database, { before, withOpenEnds });
    const pruned = dryRun
      ? countPruned(database, plan)
      : await pruneLog(database, plan, {
          onProgress(events) {
            step();
            terminal.progress(`${count(events)} events taken out`);
          },
        });
    if (!dryRun) await shrinkLog(database, { vacuum });
    terminal.endProgress();
    const size = statSync(database.name).size;
    if (json) terminal.data(JSON.stringify({ dryRun, ...plan, ...pruned, sizeBefore, size }));
    else {
      for (const line of textOf(plan, pruned, dryRun)) terminal.data(line);
      if (vacuum && !dryRun)
        terminal.data(`The file had ${bytes(sizeBefore)} and has ${bytes(size)}.`);
    }
    return exitCodes.ok;
  });
}

function textOf(plan: PrunePlan, pruned: Pruned, dryRun: boolean): string[] {
  const types = Object.entries(pruned.byType).map(([type, number]) => `${count(number)} ${type}`);
  const parts = [...types, `${count(pruned.journalEvents)} of whole journals`].join(', ');
  const verb = dryRun ? 'would go' : 'are gone';
  return [
    `Stored before ${toTime(plan.before)}: ${count(pruned.events)} events ${verb} (${parts}).`,
    ...plan.needs.map(
      ({ tape, from, portfolio }) =>
        `The tape ${tape} stays from ${minute(from)} on: ${portfolio} has something open since then.`,
    ),
    ...(plan.journals.length === 0 ? [] : [formatTable(journalColumns, plan.journals)]),
  ];
}
