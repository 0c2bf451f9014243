import type { JournalEvent } from '@heliograph/contracts';
import { journalMessage } from '../messages/journal-message.ts';
import type { Portfolio } from '../messages/portfolio.ts';

export const paper: Portfolio = { name: 'paper-btc-2014', mode: 'paper', currency: 'USD' };

export function htmlOf(event: JournalEvent, portfolio = paper): string | undefined {
  return journalMessage(event, portfolio)?.html;
}
