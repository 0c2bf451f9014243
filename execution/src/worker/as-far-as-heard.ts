import type { OrderId, TradeSignal } from '@heliograph/contracts';
import type { Draft } from '../decision/state/draft.ts';
import { instrumentKey } from '../instrument-key.ts';
import type { Portfolio } from '../decision/state/portfolio.ts';
import { isUrgent, withoutEntry } from '../decision/venue/unheard.ts';
import type { Silence } from './venue/answers.ts';

/** How long a signal waits for a word about another order of its instrument before it is decided without it. */
const waitForWordMs = 10_000;

/**
 * What is decided where the venue says nothing of an order of the same instrument: to leave goes on, all else waits for a
 * while, and then there is no entry.
 * @throws TransientError while it waits
 */
export function asFarAsHeard(
  decision: readonly Draft[],
  {
    portfolio,
    signal,
    silent,
    steadyMs,
  }: {
    portfolio: Portfolio;
    signal: TradeSignal;
    silent: ReadonlyMap<OrderId, Silence>;
    /** By the clock that silences are reckoned by. */
    steadyMs: number;
  },
): readonly Draft[] {
  const key = instrumentKey(signal.data);
  const silence = [...silent.values()].find(({ order }) => instrumentKey(order) === key);
  if (!silence || decision.length === 0 || isUrgent(decision)) return decision;
  if (steadyMs - silence.sinceMs < waitForWordMs) throw silence.error;
  return withoutEntry(decision, { portfolio, signal, orderId: silence.order.id });
}
