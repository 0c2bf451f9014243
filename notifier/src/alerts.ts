import { AlertEvent, JournalEvent, MessageDeadLettered, parseEvent } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { createFirstLetters } from './first-letters.ts';
import { deadLetterMessage } from './messages/dead-letter-message.ts';
import { journalMessage } from './messages/journal-message.ts';
import { marketMessage } from './messages/market-message.ts';
import type { Message } from './messages/message.ts';
import { strategyMessage } from './messages/strategy-message.ts';
import type { Portfolio } from './messages/portfolio.ts';
import { createPortfolios } from './portfolios.ts';

/** What the notifier hears. */
export type Heard = JournalEvent | AlertEvent | MessageDeadLettered;

/** @throws PermanentError when it is not an event that belongs in its stream */
export function hear({ stream, body }: StoredMessage): Heard {
  switch (stream) {
    case 'TRADING':
      return parseEvent(JournalEvent, body);
    case 'ALERTS':
      return parseEvent(AlertEvent, body);
    default:
      return parseEvent(MessageDeadLettered, body);
  }
}

export interface Alerts {
  /** What is to be told of that event, if anything. */
  of(event: Heard, message: StoredMessage): Promise<Message | undefined>;
  /** Whose journal it is from. */
  portfolioOf(event: JournalEvent, message: StoredMessage): Promise<Portfolio>;
}

export function createAlerts(bus: Pick<Bus, 'read'>): Alerts {
  const portfolios = createPortfolios(bus);
  const firstLetters = createFirstLetters(bus);
  return {
    portfolioOf: (event, message) => portfolios.of(event, message),
    async of(event, message) {
      switch (event.type) {
        case 'strategy_failed':
          return strategyMessage(event);
        case 'market_disturbed':
          return marketMessage(event);
        case 'message_dead_lettered':
          return (await firstLetters.isFirst(event, message))
            ? deadLetterMessage(event)
            : undefined;
        default:
          return journalMessage(event, await portfolios.of(event, message));
      }
    },
  };
}
