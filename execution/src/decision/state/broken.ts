import { PermanentError } from '@heliograph/contracts';
import type { Portfolio } from './portfolio.ts';

/** What a journal says cannot be so after what it has said before. */
export function broken({ name }: Pick<Portfolio, 'name'>, contradiction: string): PermanentError {
  return new PermanentError(
    'JOURNAL_BROKEN',
    `the journal of ${name} contradicts itself: ${contradiction}; put the stream back from a backup, or start another portfolio`,
  );
}
