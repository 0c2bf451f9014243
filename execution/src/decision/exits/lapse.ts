import type { Draft } from '../state/draft.ts';
import { cancelIntended } from '../state/order-events.ts';
import { isUnsent } from '../state/order.ts';
import type { Portfolio } from '../state/portfolio.ts';

/**
 * Entries that were to work until a time are taken back once it has come, each once: for venues that do not keep such a
 * time themselves. An entry that execution holds works until its signal expires, for it is sent only when it is triggered,
 * and nothing stale is sent. What was not sent yet is not sent any more then anyway, and while trading is halted or reduced all
 * entries are taken back.
 */
export function lapse(portfolio: Portfolio, nowMs: number): Draft[] {
  if (portfolio.tradingState.state !== 'ACTIVE') return [];
  return [...portfolio.orders.values()]
    .filter(
      (order) =>
        order.role === 'entry' &&
        (order.timeInForce === 'GTD' || order.isHeld) &&
        !order.cancellation &&
        !isUnsent(order) &&
        nowMs >= order.expiryMs,
    )
    .map((order) =>
      cancelIntended(portfolio, order, {
        timeMs: nowMs,
        reason: 'TIME_IN_FORCE',
        detail: 'its time was over',
      }),
    );
}
