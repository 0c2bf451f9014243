import { Console } from 'node:console';
import { CommanderError } from 'commander';
import { createProgram } from './cli.ts';
import { watchOutput } from './output/lost-output.ts';

/** Runs one command line and leaves its exit code in `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  const settleOutput = watchOutput(args);
  // Standard output is for data: what a strategy prints must not come between.
  globalThis.console = new Console(process.stderr);
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const { reportFailure } = await import('./report-failure.ts');
    process.exitCode = reportFailure(error, { json: args.includes('--json') });
  } finally {
    settleOutput();
  }
}
