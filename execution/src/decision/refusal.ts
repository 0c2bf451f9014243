import type { ReasonCode } from '@heliograph/contracts';

/** Why there is no order. */
export interface Refusal {
  readonly reason: ReasonCode;
  readonly detail: string;
}

export function refusal(reason: ReasonCode, detail: string): Refusal {
  return { reason, detail };
}
