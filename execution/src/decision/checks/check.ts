import type { ReasonCode } from '@heliograph/contracts';
import type { Considered, Kind } from '../considered.ts';

/** A rule that a signal must pass. */
export interface Check {
  readonly reason: ReasonCode;
  readonly of: readonly Kind[];
  /** It answers with what is wrong, for people, or undefined. */
  readonly check: (considered: Considered) => string | undefined;
  /** Whoever fails it stops all further entries, until a person lifts that. */
  readonly trips?: boolean;
}
