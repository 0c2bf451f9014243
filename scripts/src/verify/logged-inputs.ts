import type { EventId } from '@heliograph/contracts';
import { isTrippedBy, type Draft } from '@heliograph/execution';
import type { LoggedFacts } from '@heliograph/trade-log';
import type { Database } from '../options/trade-log-options.ts';

/** Whether the log has what an entry of a journal rests on. */
export interface LoggedInputs {
  /**
   * False where it rests on what the log has not got to yet: each stream is written down at its own pace. What the log has
   * been past and does not hold is missing, and no reason to look away.
   */
  has(event: Draft, storedTime: number): boolean;
}

interface Reached {
  /** How far the log has dealt with the stream. */
  readonly sequence: number;
  /** When the bus stored the last message that it has of it, epoch ms; none where that one is gone. */
  readonly storedTime: number;
}

export function readLoggedInputs(
  database: Database,
  {
    signalOf,
    hasEnded,
  }: {
    signalOf: LoggedFacts['signalOf'];
    /** The log has the end of the tape, and so all that came before it in MARKET. */
    hasEnded: boolean;
  },
): LoggedInputs {
  const reached = database.prepare<[string], Reached>(
    `SELECT s.last_sequence AS sequence, coalesce(e.stored_time, iif(s.last_sequence = 0, 0, 9e15)) AS storedTime
     FROM streams s LEFT JOIN events e ON e.stream_id = s.id AND e.sequence = s.last_sequence
     WHERE s.name = ? ORDER BY s.id DESC LIMIT 1`,
  );
  const market = reached.get('MARKET');
  const signals = reached.get('SIGNALS');

  const isAheadOfSignals = (signalId: EventId, { causationId }: Draft): boolean =>
    // Both say which signal it was: where they differ one of them was changed.
    causationId === signalId && signalOf(signalId) === undefined;

  return {
    has(event, storedTime) {
      if (market && !hasEnded && storedTime >= market.storedTime) {
        if (event.type === 'portfolio_marked') return false;
        const { marketSequence = 0 } = 'marketSequence' in event.data ? event.data : {};
        if (marketSequence > market.sequence) return false;
      }
      if (!signals || storedTime < signals.storedTime) return true;
      switch (event.type) {
        case 'signal_skipped':
        case 'order_intended':
          return !isAheadOfSignals(event.data.signalId, event);
        case 'order_cancel_intended':
          return !(event.data.signalId && isAheadOfSignals(event.data.signalId, event));
        case 'trading_state_changed': {
          const { causationId } = event;
          if (causationId === undefined || !isTrippedBy(event, causationId)) return true;
          return !isAheadOfSignals(causationId, event);
        }
        default:
          return true;
      }
    },
  };
}
