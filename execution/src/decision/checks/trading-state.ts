import type { Considered } from '../considered.ts';

/** A person may always leave. What cannot be read is taken for a halt of everything that enters. */
export function halted(considered: Considered): string | undefined {
  const { portfolio, kind, isManual, isStateReadable } = considered;
  if (kind === 'entry' && !isStateReadable) return 'the trading state cannot be read';
  const { state, reason } = portfolio.tradingState;
  if (state !== 'HALTED' || (isManual && kind !== 'entry')) return undefined;
  return reason;
}

export function reducing({ portfolio }: Considered): string | undefined {
  const { state, reason } = portfolio.tradingState;
  return state === 'REDUCING' ? reason : undefined;
}
