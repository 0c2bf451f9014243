import { PermanentError, UserError } from '@heliograph/contracts';

/** What a log of ours says that is damaged: no repetition mends it, and no signal is to blame. */
const damages: ReadonlySet<string> = new Set(['LOG_GAP', 'JOURNAL_BROKEN']);

/** The sentence for the person where an error means that this worker must not trade the portfolio; else undefined. */
export function asUnfit(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (!(error instanceof PermanentError) || !damages.has(error.code)) return undefined;
  return new UserError(error.message, { cause: error });
}
