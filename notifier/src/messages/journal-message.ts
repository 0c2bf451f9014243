import { writeOffFillId, type JournalEvent } from '@heliograph/contracts';
import type { Message } from './message.ts';
import {
  cancelIntended,
  cancelled,
  filled,
  rejected,
  skipped,
  triggered,
  unknown,
} from './order-messages.ts';
import { intended } from './intended-message.ts';
import { closed, marked, opened, reconfigured, stateChanged } from './portfolio-messages.ts';
import type { Portfolio } from './portfolio.ts';
import { adopted, incident, instrumentChanged, reconciled } from './venue-messages.ts';

/** What an event of that portfolio's journal says to people, or undefined when they need not hear of it. */
export function journalMessage(event: JournalEvent, portfolio: Portfolio): Message | undefined {
  switch (event.type) {
    case 'portfolio_opened':
      return opened(event);
    case 'portfolio_reconfigured':
      return reconfigured(event, portfolio);
    case 'signal_skipped':
      return skipped(event, portfolio);
    case 'order_intended':
      return intended(event, portfolio);
    case 'order_filled':
      // The intent says it all: nothing was filled.
      return event.data.fillId === writeOffFillId ? undefined : filled(event, portfolio);
    case 'order_rejected':
      return rejected(event, portfolio);
    case 'order_cancelled':
      return cancelled(event, portfolio);
    case 'order_unknown':
      return unknown(event, portfolio);
    case 'trade_closed':
      return closed(event, portfolio);
    case 'trading_state_changed':
      return stateChanged(event, portfolio);
    case 'reconciliation_reported':
      return reconciled(event, portfolio);
    case 'portfolio_marked':
      return marked(event, portfolio);
    case 'order_cancel_intended':
      return cancelIntended(event, portfolio);
    case 'order_triggered':
      return triggered(event, portfolio);
    case 'order_adopted':
      return adopted(event, portfolio);
    case 'instrument_changed':
      return instrumentChanged(event, portfolio);
    case 'incident_reported':
      return incident(event, portfolio);
    // The intent and the fills tell it already; values are for the log, and a breaker speaks for itself.
    case 'order_accepted':
    case 'position_changed':
    case 'portfolio_valued':
      break;
  }
  return undefined;
}
