import { toMs, type EventId } from '@heliograph/contracts';
import { isOfAnotherClock } from '../another-clock.ts';
import type { DraftOf } from './draft.ts';
import { lineageKey, type PortfolioState } from './portfolio.ts';

/** How many decided signals are remembered at least; older ones have expired long since. */
const decidedKept = 20_000;
/** They are forgotten so many at a time. More of them, and a snapshot of the state is too large for a message of NATS. */
const forgottenAtOnce = 2_000;

/** A signal has been decided. */
export function decided(
  state: PortfolioState,
  { data, timeMs }: DraftOf<'signal_skipped'> | DraftOf<'order_intended'>,
): void {
  seen(state, data);
  const madeMs = data.signalTime === undefined ? timeMs : toMs(data.signalTime);
  remember(state, data.signalId, { madeMs, timeMs });
  const key = lineageKey(data);
  // One that is dated ahead must not silence all that come before its time.
  const newestMs = Math.min(madeMs, timeMs);
  const formerMs = state.newest.get(key) ?? newestMs;
  const isSetBack = isOfAnotherClock(state, formerMs, timeMs);
  state.newest.set(key, isSetBack ? newestMs : Math.max(newestMs, formerMs));
}

export function remember(
  state: PortfolioState,
  signalId: EventId,
  { madeMs, timeMs }: { madeMs: number; timeMs: number },
): void {
  state.unsent.delete(signalId);
  state.decided.set(signalId, madeMs);
  if (state.decided.size <= decidedKept + forgottenAtOnce) return;
  // Maps keep their order: the oldest come first.
  let surplus = state.decided.size - decidedKept;
  for (const [id, forgottenMs] of state.decided) {
    if (surplus-- === 0) break;
    // Forgotten before its time it would take all signals until then with it.
    if (forgottenMs > timeMs) continue;
    state.decided.delete(id);
    state.unsent.delete(id);
    state.forgottenMs = Math.max(state.forgottenMs, forgottenMs);
  }
}

/** A signal has come too late. What was made before the portfolio began is no loss of its. */
export function missed(
  state: PortfolioState,
  { data: { signalTime }, timeMs }: DraftOf<'signal_skipped'> | DraftOf<'order_intended'>,
  { skipped = 0, lateExits = 0 }: { skipped?: number; lateExits?: number },
): void {
  if (signalTime !== undefined && toMs(signalTime) < state.openedMs) return;
  const { missed } = state;
  state.missed = {
    skipped: missed.skipped + skipped,
    lateExits: missed.lateExits + lateExits,
    firstMs: missed.firstMs || timeMs,
    lastMs: timeMs,
  };
}

/** How much of MARKET whoever decided had seen. */
export function seen(
  state: PortfolioState,
  { marketSequence = 0 }: { marketSequence?: number | undefined },
): void {
  state.marketSequence = Math.max(state.marketSequence, marketSequence);
}
