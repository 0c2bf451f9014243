import { toTime } from '@heliograph/contracts';
import {
  readLogRuns,
  readPortfolioRuns,
  type LogRunRow,
  type PortfolioRunRow,
} from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { count, minute } from '../output/format.ts';
import { formatTable, type Column } from '../output/table.ts';
import { openLog } from '../options/trade-log-options.ts';

const RunsOptions = z.object({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'expected a whole number above 0, of nine digits at most')
    .transform(Number),
});

const logColumns: readonly Column<LogRunRow>[] = [
  { title: 'BEGUN', text: ({ startedTime }) => minute(startedTime) },
  { title: 'LAST', text: ({ lastTime }) => toTime(lastTime).slice(11, 19) },
  { title: 'ENDED', text: ({ outcome }) => outcome },
  { title: 'PROGRAM', text: ({ programVersion }) => programVersion },
  { title: 'SCHEMA', right: true, text: ({ schemaVersion }) => String(schemaVersion) },
  { title: 'NODE', text: ({ nodeVersion }) => nodeVersion },
  { title: 'NATS', text: ({ natsVersion }) => natsVersion ?? '-' },
  { title: 'CONFIG', text: ({ configHash }) => configHash?.slice(0, 8) ?? '-' },
  {
    title: 'EVENTS',
    right: true,
    text: ({ ranges }) => count(ranges.reduce((sum, { events }) => sum + events, 0)),
  },
  {
    title: 'SEQUENCES',
    text: ({ ranges }) =>
      ranges
        .map((range) => `${range.stream} ${range.firstSequence}-${range.lastSequence}`)
        .join(', '),
  },
];

const portfolioColumns: readonly Column<PortfolioRunRow>[] = [
  { title: 'PORTFOLIO', text: ({ portfolio }) => portfolio },
  { title: 'MODE', text: ({ mode }) => mode },
  { title: 'TAPE', text: ({ tape }) => tape },
  { title: 'SETTINGS', text: ({ settingsHash }) => settingsHash.slice(0, 8) },
  { title: 'RULES', right: true, text: ({ decisionsVersion }) => String(decisionsVersion) },
  { title: 'OPENED', text: ({ openedTime }) => minute(openedTime) },
  { title: 'ENDED', text: ({ endedTime }) => (endedTime === null ? 'goes on' : minute(endedTime)) },
  { title: 'EVENTS', right: true, text: ({ events }) => count(events) },
  {
    title: 'SEQUENCES',
    text: ({ stream, firstSequence, lastSequence }) => `${stream} ${firstSequence}-${lastSequence}`,
  },
];

/** Which processes wrote the log, and which journals of portfolios are in it. */
export async function runs(invocation: Invocation): Promise<ExitCode> {
  const { limit } = readOptions(invocation, RunsOptions);
  using log = openLog(invocation);
  const processes = readLogRuns(log.database, limit);
  const portfolios = readPortfolioRuns(log.database, limit);
  const { terminal, json } = invocation;
  if (json) {
    terminal.data(JSON.stringify({ runs: processes, portfolios }));
    return exitCodes.ok;
  }
  if (processes.length === 0) terminal.note('No run of a trade log is noted here.');
  else terminal.data(formatTable(logColumns, processes));
  if (portfolios.length === 0) terminal.note('There are no portfolios here.');
  else terminal.data(`\n${formatTable(portfolioColumns, portfolios)}`);
  return exitCodes.ok;
}
