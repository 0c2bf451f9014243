import { existsSync } from 'node:fs';
import { UserError } from '@heliograph/contracts';
import { openDatabase, whenFree } from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';

const MigrateOptions = z.object({ db: z.string().min(1, 'expected a file') });

/** Brings a log that an older version has written up to date, as `start` does when it opens one. */
export async function migrate(invocation: Invocation): Promise<ExitCode> {
  const { db } = readOptions(invocation, MigrateOptions);
  if (!existsSync(db))
    throw new UserError(`${db}: there is no such database; \`heliograph start\` creates one.`, {
      exitCode: 2,
    });
  (await whenFree(() => openDatabase(db))).close();
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ db, upToDate: true }));
  else terminal.note(`${db} is up to date.`);
  return exitCodes.ok;
}
