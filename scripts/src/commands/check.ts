import { checkLog, type CheckResult } from '@heliograph/trade-log';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import { count } from '../output/format.ts';
import { createPlayProgress } from '../output/play-progress.ts';
import { formatTable, type Column } from '../output/table.ts';
import { openLog } from '../options/trade-log-options.ts';

type Stream = CheckResult['streams'][number];

const columns: readonly Column<Stream>[] = [
  { title: 'STREAM', text: ({ stream, streamId }) => `${stream} (${streamId})` },
  { title: 'EVENTS', right: true, text: ({ events }) => count(events) },
  { title: 'FROM', right: true, text: ({ first }) => (first === null ? '-' : String(first)) },
  { title: 'TO', right: true, text: ({ last }) => (last === null ? '-' : String(last)) },
  { title: 'PRUNED', right: true, text: ({ pruned }) => count(pruned) },
  { title: 'REFUSED', right: true, text: ({ refused }) => count(refused) },
  { title: 'MISSING', right: true, text: ({ gaps }) => count(missing(gaps)) },
];

function missing(gaps: Stream['gaps']): number {
  return gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Whether the log is whole; exit code 3 when it is not. The file is only read. */
export async function check(invocation: Invocation): Promise<ExitCode> {
  using log = openLog(invocation);
  const { terminal, json } = invocation;
  const progress = createPlayProgress(terminal, { unit: 'events', total: undefined });
  const result = checkLog(log.database, { onProgress: (done) => progress.at(done) });
  progress.end();
  const { findings, streams } = result;
  if (json) terminal.data(JSON.stringify({ db: log.database.name, ...result }));
  else {
    if (streams.length > 0) terminal.data(formatTable(columns, streams));
    for (const { text } of findings) terminal.data(text);
    if (findings.length === 0)
      terminal.note('The log is whole, and its tables are what its events say.');
  }
  return findings.length === 0 ? exitCodes.ok : exitCodes.findings;
}
