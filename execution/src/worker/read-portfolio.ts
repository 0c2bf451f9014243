import { JournalEvent, journalPrefix, parseEvent, subjects } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { firstValueFrom, lastValueFrom, map, tap, toArray } from 'rxjs';
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
const Opened = z.object({ data: z.object({ tape: z.string() }) });

/**
 * The portfolios that the workers look after, or have drawn up, by name: those that they tell each other of, and those of
 * which only a journal tells any more, for the bucket is none that must not be lost.
 */
export async function listPortfolios(bus: Bus): Promise<ListedPortfolio[]> {
  const [journalled, told] = await Promise.all([journalledPortfolios(bus), toldPortfolios(bus)]);
  const all = new Map([...journalled, ...told].map((portfolio) => [portfolio.name, portfolio]));
  return [...all.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function toldPortfolios(bus: Bus): Promise<ListedPortfolio[]> {
  const entries = await (await bus.bucket(portfoliosBucket)).entries();
  return entries.flatMap(({ key, value }) => {
    const entry = Entry.safeParse(asJson(value));
    return entry.success ? [{ name: key, ...entry.data }] : [];
  });
}

async function journalledPortfolios(bus: Bus): Promise<ListedPortfolio[]> {
  const [opened, marked] = await Promise.all([
    journalsWith(bus, 'portfolio_opened'),
    journalsWith(bus, 'portfolio_marked'),
  ]);
  return [...opened].flatMap(([name, body]) => {
    const event = Opened.safeParse(asJson(body));
    if (!event.success) return [];
    return [{ name, tape: event.data.data.tape, status: marked.has(name) ? 'marked' : 'open' }];
  });
}

/** The journals that tell of such an event, by portfolio. */
async function journalsWith(bus: Bus, type: JournalEvent['type']): Promise<Map<string, string>> {
  const subject = subjects.journal('*', type);
  const read$ = bus.read({ stream: 'TRADING', subject }).pipe(
    map((message): [string, string] => [message.subject.split('.')[1] ?? '', message.body]),
    toArray(),
  );
  return new Map(await firstValueFrom(read$));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
