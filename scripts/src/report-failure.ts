import { PermanentError, TransientError, UserError } from '@heliograph/contracts';
import { readingError } from '@heliograph/trade-log';
import { CommanderError } from 'commander';
import { exitCodes, type ExitCode } from './exit.ts';
import { tellFailure, type Failure } from './tell-failure.ts';

/** Says what went wrong, and gives the exit code for it. */
export function reportFailure(error: unknown, { json }: { json: boolean }): ExitCode {
  return tellFailure(describeFailure(error), { json, error });
}

function describeFailure(thrown: unknown): Failure {
  // What is closed after a failure may fail in turn: the first one is what went wrong.
  const first = thrown instanceof SuppressedError ? thrown.suppressed : thrown;
  const error: unknown = readingError(first, 'the trade log');
  if (error instanceof CommanderError) return { message: usage(error), code: exitCodes.usage };
  if (error instanceof UserError) return { message: error.message, code: error.exitCode };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TransientError || error instanceof PermanentError)
    return { message: `${message} (${error.code})`, code: exitCodes.failed };
  return {
    message: `unexpected error: ${message} (HELIOGRAPH_LOG_LEVEL=debug shows where)`,
    code: exitCodes.failed,
  };
}

/** commander's message in one sentence: without its prefix, its suggestion on the same line. */
function usage({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'name a command: `heliograph --help` lists them';
  const sentence = message
    .replace(/^error: (command-argument value )?/, '')
    .replace('\n', ' ')
    // What stands behind an option that does not exist may be a secret.
    .replace(/^(unknown option '[^'=]+)=[^']*/, '$1')
    .replace(/\.$/, '');
  return `${sentence}; see \`heliograph --help\``;
}
