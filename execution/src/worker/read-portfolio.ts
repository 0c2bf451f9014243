import { JournalEvent, journalPrefix, parseEvent } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { lastValueFrom, tap } from 'rxjs';
import { z } from 'zod';
import { draftOf } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import { emptyPortfolio, type Portfolio } from '../decision/state/portfolio.ts';
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

type OnEvent = (event: JournalEvent, sequence: number) => void;

/**
 * A portfolio as its journal tells it at this moment, for whoever only looks; empty where there is no journal. Each event
 * and its place in the journal are shown to `onEvent` on the way.
 */
export function readPortfolio(bus: Bus, name: string, onEvent?: OnEvent): Promise<Portfolio> {
  return createPortfolioReader(bus, name, onEvent)();
}

/**
 * The same for whoever looks again and again: each time only what is new in the journal is read. What it gives is brought
 * along by the next look. One look at a time.
 */
export function createPortfolioReader(
  bus: Bus,
  name: string,
  onEvent: OnEvent = () => {},
): () => Promise<Portfolio> {
  const portfolio = emptyPortfolio(name);
  let next = 1;
  return async () => {
    const new$ = bus.read({
      stream: 'TRADING',
      subject: `${journalPrefix(name)}.*`,
      from: { sequence: next },
    });
    const read$ = new$.pipe(
      tap(({ body, sequence }) => {
        const event = parseEvent(JournalEvent, body);
        evolve(portfolio, draftOf(event));
        onEvent(event, sequence);
        next = sequence + 1;
      }),
    );
    await lastValueFrom(read$, { defaultValue: undefined });
    return portfolio;
  };
}
