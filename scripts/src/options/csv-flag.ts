import { UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { exitCodes } from '../exit.ts';
import type { Invocation } from '../invocation.ts';

export const CsvFlag = z.boolean().default(false);

/** @throws UserError with exit code 2 when JSON is wanted as well */
export function checkCsv(csv: boolean, { json }: Invocation): void {
  if (csv && json)
    throw new UserError('--csv and --json: choose one', { exitCode: exitCodes.usage });
}
