import { writeFile } from 'node:fs/promises';
import { UserError, toTime } from '@heliograph/contracts';
import { readAssets } from './assets.ts';
import { chartData } from './chart-data.ts';
import type { InstrumentBars } from './chart-recorder.ts';
import { reportPage } from './page.ts';
import type { ReportedRun } from './reported-run.ts';

/**
 * Writes a run as one HTML file that loads nothing. `about` has the versions and hashes that the run does not tell itself.
 * @throws UserError with exit code 1 when the file cannot be written
 */
export async function writeReport(
  path: string,
  run: ReportedRun,
  {
    instruments,
    about,
  }: { instruments: readonly InstrumentBars[]; about: Readonly<Record<string, string>> },
): Promise<void> {
  const assets = readAssets();
  const charts = chartData(instruments, { startCash: run.settings.cash, trades: run.trades });
  const facts = {
    run: run.run,
    decisionsHash: run.decisionsHash,
    ...about,
    'lightweight-charts': assets.libraryVersion,
    node: process.versions.node,
    made: toTime(Date.now()),
  };
  const page = reportPage(run, { charts, about: facts, assets });
  await writeFile(path, page).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`the report cannot be written: ${reason}`, { exitCode: 1, cause });
  });
}
