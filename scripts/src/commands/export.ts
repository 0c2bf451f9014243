import { createWriteStream, existsSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SymbolName, UserError } from '@heliograph/contracts';
import {
  exportFormats,
  exportKinds,
  exportRows,
  exportText,
  isSameFile,
} from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { MomentText } from '../options/moment-text.ts';
import { count } from '../output/format.ts';
import { stoppable } from '../stoppable.ts';
import { writeWhole } from '../write-whole.ts';
import { findPortfolio, openLog } from '../options/trade-log-options.ts';

const ExportOptions = z.object({
  what: z.enum(exportKinds, { error: `say what, one of ${exportKinds.join(', ')}` }),
  format: z.enum(exportFormats),
  out: z.string().min(1, 'expected a file').optional(),
  portfolio: z.string().optional(),
  symbol: SymbolName.optional(),
  from: MomentText.optional(),
  to: MomentText.optional(),
  force: z.boolean().default(false),
});

/** Rows of the log as text, as many as there are: they are read as fast as they are taken. */
export async function exportLog(invocation: Invocation): Promise<ExitCode> {
  const { what, format, out, force, ...filter } = readOptions(invocation, ExportOptions);
  const { terminal, json } = invocation;
  if (out !== undefined && existsSync(out) && !force) throw alreadyThere(out);
  return stoppable(invocation, async (step) => {
    using log = openLog(invocation);
    if (out !== undefined && isSameFile(out, log.database.name))
      throw new UserError(`--out: ${out} is the log itself; name another file`, { exitCode: 2 });
    const portfolio =
      filter.portfolio && findPortfolio(log.database, filter.portfolio, '--portfolio')?.portfolio;
    let rows = 0;
    const text = exportText(
      exportRows(log.database, what, { ...filter, portfolio }),
      format,
      (done) => {
        step();
        rows = done;
        if (out !== undefined) terminal.progress(`${count(done)} ${what}`);
      },
    );
    await (out === undefined ? writeOut(text) : writeTo(out, text, force));
    terminal.endProgress();
    if (out !== undefined && json) terminal.data(JSON.stringify({ what, format, out, rows }));
    else terminal.note(`${count(rows)} ${what}${out === undefined ? '' : ` in ${out}`}`);
    return exitCodes.ok;
  });
}

async function writeOut(text: Iterable<string>): Promise<void> {
  try {
    await pour(text, process.stdout, { end: false });
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause;
    throw new UserError(`the export is not whole (${cause.message})`, { exitCode: 1, cause });
  }
}

async function writeTo(out: string, text: Iterable<string>, force: boolean): Promise<void> {
  try {
    const write = (draft: string) => pour(text, createWriteStream(draft));
    if (!(await writeWhole(out, write, { force }))) throw alreadyThere(out);
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause;
    throw new UserError(`--out: ${out} cannot be written (${cause.message})`, {
      exitCode: 1,
      cause,
    });
  }
}

function alreadyThere(out: string): UserError {
  return new UserError(
    `${out}: there is a file already; name another, or replace it with --force`,
    { exitCode: 2 },
  );
}

async function pour(
  text: Iterable<string>,
  into: Writable,
  options: { end?: boolean } = {},
): Promise<void> {
  await pipeline(Readable.from(text, { highWaterMark: 1 }), into, options);
}
