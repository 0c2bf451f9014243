import { backUpLog } from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { bytes, count } from '../output/format.ts';
import { stoppable } from '../stoppable.ts';
import { openLog } from '../options/trade-log-options.ts';

const BackupOptions = z.object({
  to: z
    .string({ error: 'say where the copy is to be, e.g. --to copies/today.sqlite' })
    .min(1, 'expected a file'),
  force: z.boolean().default(false),
});

/** A copy of the log as it is now, checked, under that name or not at all. */
export async function backup(invocation: Invocation): Promise<ExitCode> {
  const { to, force } = readOptions(invocation, BackupOptions);
  const { terminal, json } = invocation;
  return stoppable(invocation, async (step) => {
    using log = openLog(invocation);
    const result = await backUpLog(log.database, {
      to,
      force,
      onProgress(done, total) {
        step();
        terminal.progress(
          done === total
            ? 'checking the copy …'
            : `copied ${Math.floor((done / Math.max(total, 1)) * 100)}% of ${count(total)} pages`,
        );
      },
    });
    terminal.endProgress();
    if (json) terminal.data(JSON.stringify(result));
    else
      terminal.data(
        `${to}: ${count(result.rows['events'] ?? 0)} events, ${bytes(result.bytes)}, checked and as the log is.`,
      );
    return exitCodes.ok;
  });
}
