import { JournalEvent, journalPrefix, parseEvent } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { lastValueFrom, reduce } from 'rxjs';
import { z } from 'zod';
import { draftOf } from '../decision/draft.ts';
import { evolve } from '../decision/evolve.ts';
import { emptyPortfolio, type Portfolio } from '../decision/portfolio.ts';
import { portfoliosBucket } from './desk-registry.ts';

/** What the workers say of a portfolio. */
export interface ListedPortfolio {
  readonly name: string;
  readonly tape: string;
  /** `marked`: its tape has ended and it is drawn up. */
  readonly status: 'open' | 'marked';
}

const Entry = z.object({ tape: z.string(), status: z.enum(['open', 'marked']) });

/** The portfolios that the workers look after, or have drawn up, by name. */
export async function listPortfolios(bus: Bus): Promise<ListedPortfolio[]> {
  const entries = await (await bus.bucket(portfoliosBucket)).entries();
  return entries
    .map(({ key, value }) => ({ name: key, ...Entry.parse(JSON.parse(value)) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A portfolio as its journal tells it at this moment, for whoever only looks; empty where there is no journal. Each event
 * and its place in the journal are shown to `onEvent` on the way.
 */
export function readPortfolio(
  bus: Bus,
  name: string,
  onEvent: (event: JournalEvent, sequence: number) => void = () => {},
): Promise<Portfolio> {
  const initial = emptyPortfolio(name);
  const journal$ = bus.read({ stream: 'TRADING', subject: `${journalPrefix(name)}.*` }).pipe(
    reduce((portfolio, { body, sequence }) => {
      const event = parseEvent(JournalEvent, body);
      onEvent(event, sequence);
      return evolve(portfolio, draftOf(event));
    }, initial),
  );
  return lastValueFrom(journal$, { defaultValue: initial });
}
