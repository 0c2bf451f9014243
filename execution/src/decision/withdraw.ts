import type { Draft } from './draft.ts';
import { cancelIntended } from './order-events.ts';
import type { Portfolio } from './portfolio.ts';

/** Entries that were open when trading was halted or reduced are taken back, each once. Exits and protection stay. */
export function withdraw(portfolio: Portfolio, nowMs: number): Draft[] {
  const { state, reason } = portfolio.tradingState;
  if (state === 'ACTIVE') return [];
  const drafts: Draft[] = [];
  for (const order of portfolio.orders.values())
    if (order.role === 'entry' && !order.cancellation)
      drafts.push(
        cancelIntended(portfolio, order, {
          timeMs: nowMs,
          reason: state === 'HALTED' ? 'HALTED' : 'REDUCING_ONLY',
          detail: reason,
        }),
      );
  return drafts;
}
