import { wantsStacks } from './options/env.ts';
import type { ExitCode } from './exit.ts';

export interface Failure {
  readonly message: string;
  readonly code: ExitCode;
}

/** On standard error, with `--json` also on standard output; gives the exit code. */
export function tellFailure(
  failure: Failure,
  { json, error }: { json: boolean; error?: unknown },
): ExitCode {
  process.stderr.write(`heliograph: ${failure.message}\n`);
  if (wantsStacks() && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
  return failure.code;
}
