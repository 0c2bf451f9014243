import { firstValueFrom } from 'rxjs';
import { JournalEvent, parseEvent, subjects } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import type { Portfolio } from './messages/portfolio.ts';

/** Knows the mode and the currency of each portfolio from the event that opened it, however long ago that was. */
export interface Portfolios {
  /** The portfolio whose journal holds that event. */
  of(event: JournalEvent, message: StoredMessage): Promise<Portfolio>;
}

export function createPortfolios(bus: Pick<Bus, 'read'>): Portfolios {
  const known = new Map<string, Portfolio>();

  const openingOf = async (name: string): Promise<Portfolio> => {
    const subject = subjects.journal(name, 'portfolio_opened');
    const opening = await firstValueFrom(bus.read({ stream: 'TRADING', subject }), {
      defaultValue: undefined,
    });
    if (!opening) return { name };
    return portfolioOf(name, parseEvent(JournalEvent, opening.body));
  };

  return {
    async of(event, { subject }) {
      const [, name = subject] = subject.split('.');
      const portfolio =
        event.type === 'portfolio_opened'
          ? portfolioOf(name, event)
          : (known.get(name) ?? (await openingOf(name)));
      known.set(name, portfolio);
      return portfolio;
    },
  };
}

function portfolioOf(name: string, event: JournalEvent): Portfolio {
  if (event.type !== 'portfolio_opened') return { name };
  const { mode, tape, currency } = event.data;
  // The portfolio of a replay carries the replay's name.
  const called = name.endsWith(`-${tape}`) ? name.slice(0, -tape.length - 1) : name;
  return { name, mode, currency, ...(called !== mode && { called }) };
}
