import type { OrderId, TradeSignal } from '@heliograph/contracts';
import { draft, type Draft } from '../state/draft.ts';
import type { Portfolio } from '../state/portfolio.ts';
import { signalFacts } from '../signal-facts.ts';

/**
 * Whether a decision may be carried out although the venue says nothing of an order of its instrument: one that leaves a
 * position, or takes entries back. What is on its way out already is not sold again, and an entry that may have been
 * filled is no reason to stay.
 */
export function isUrgent(decision: readonly Draft[]): boolean {
  return decision.some(
    ({ type, data }) =>
      type === 'order_cancel_intended' || (type === 'order_intended' && data.reduceOnly),
  );
}

/** The decision where the venue goes on saying nothing of an order: no entry, for nobody can say what is held. */
export function withoutEntry(
  decision: readonly Draft[],
  { portfolio, signal, orderId }: { portfolio: Portfolio; signal: TradeSignal; orderId: OrderId },
): readonly Draft[] {
  const entry = decision.find((event) => event.type === 'order_intended' && !event.data.reduceOnly);
  if (entry?.type !== 'order_intended') return decision;
  const { id, subject, correlationid } = signal;
  const about = {
    portfolio: portfolio.name,
    key: id,
    timeMs: entry.timeMs,
    subject,
    correlationId: correlationid,
    causationId: id,
  };
  return [
    draft('signal_skipped', about, {
      ...signalFacts(signal, entry.data),
      reason: 'UNKNOWN_ORDER',
      detail: `the venue says nothing of order ${orderId}`,
    }),
  ];
}
