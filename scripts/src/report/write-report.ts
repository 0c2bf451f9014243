import { existsSync } from 'node:fs';
import { open, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError, toTime } from '@heliograph/contracts';
import { readAssets } from './assets.ts';
import { chartData } from './chart-data.ts';
import type { InstrumentBars } from './chart-recorder.ts';
import { reportPage } from './page.ts';
import { writeWhole } from '../write-whole.ts';
import type { ReportedRun } from './reported-run.ts';

const beginning = '<!doctype html>';

/**
 * Before the work is done that is to be reported: a report replaces nothing but a report, so that nobody who mistypes
 * loses a log or candles.
 * @throws UserError with exit code 2 when the file may not be replaced, or has no folder
 */
export async function checkReport(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && !existsSync(dirname(path)))
    throw new UserError(`--report: ${path}: there is no such folder`, { exitCode: 2 });
  const isOther = found?.isFile() && found.size > 0 && !(await beginsAs(path, beginning));
  if (found?.isDirectory() || isOther)
    throw new UserError(`--report: ${path}: what is there is no report; name another file`, {
      exitCode: 2,
    });
}

async function beginsAs(path: string, text: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(text.length));
  return buffer.subarray(0, bytesRead).toString('latin1').toLowerCase() === text;
}

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
  const isPlain = (await stat(path).catch(() => undefined))?.isFile() ?? true;
  const written = isPlain
    ? writeWhole(path, (draft) => writeFile(draft, page))
    : writeFile(path, page);
  await written.catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`the report cannot be written: ${reason}`, { exitCode: 1, cause });
  });
}
