import type { JournalEvent } from '@heliograph/contracts';
import type { Message } from './message.ts';
import { cancelled, filled, intended, rejected, skipped, unknown } from './order-messages.ts';
import { closed, marked, opened, reconciled, stateChanged } from './portfolio-messages.ts';
import type { Portfolio } from './portfolio.ts';

/** What an event of that portfolio's journal says to people, or undefined when they need not hear of it. */
export function journalMessage(event: JournalEvent, portfolio: Portfolio): Message | undefined {
  switch (event.type) {
    case 'portfolio_opened':
      return opened(event);
    case 'signal_skipped':
      return skipped(event, portfolio);
    case 'order_intended':
      return intended(event, portfolio);
    case 'order_filled':
      return filled(event, portfolio);
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
    // The intent and the fills tell it already.
    case 'order_accepted':
    case 'position_changed':
      break;
  }
  return undefined;
}
