import type { Draft } from '../state/draft.ts';
import { cancelIntended } from '../state/order-events.ts';
import type { Portfolio } from '../state/portfolio.ts';

/**
 * Entries that are open when trading is halted or reduced are taken back, each once. Exits and protection stay. Asked
 * for a state that is only about to come, it says what belongs to that.
 */
export function withdraw(
  portfolio: Portfolio,
  nowMs: number,
  { state, reason }: Pick<Portfolio['tradingState'], 'state' | 'reason'> = portfolio.tradingState,
): Draft[] {
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
