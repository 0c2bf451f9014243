import { portfolioFor } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import type { Desk } from './desk.ts';

/** The bucket in which the workers tell each other which portfolios there are. */
export const portfoliosBucket = 'portfolios';

const PortfolioEntry = z.object({ tape: z.string(), status: z.enum(['open', 'marked']) });
type Entry = z.infer<typeof PortfolioEntry>;

/** The desks that a worker keeps, opened at first use. */
export interface DeskRegistry extends AsyncDisposable {
  desk(portfolio: string, tape: string): Promise<Desk>;
  /** Those that are open by now, by portfolio. */
  openDesks(): ReadonlyMap<string, Desk>;
  /** A portfolio that another worker has opened or ended. */
  onEntry(portfolio: string, value: string | undefined): Promise<void>;
  isMarked(portfolio: string): Promise<boolean>;
  /** Whether anybody has ever opened it. */
  isRegistered(portfolio: string): Promise<boolean>;
  close(portfolio: string): Promise<void>;
  /** Says that the portfolio is drawn up and closes its desk. */
  markDone(portfolio: string, tape: string): Promise<void>;
}

export function createDeskRegistry(
  bus: Bus,
  base: string,
  open: (portfolio: string, tape: string) => Promise<Desk>,
): DeskRegistry {
  const desks = new Map<string, Promise<Desk>>();
  const opened = new Map<string, Desk>();

  const put = async (portfolio: string, entry: Entry): Promise<void> => {
    const bucket = await bus.bucket(portfoliosBucket);
    await bucket.put(portfolio, JSON.stringify(entry));
  };
  /** Unless it is known: one that is marked stays so. */
  const register = async (portfolio: string, tape: string): Promise<void> => {
    const bucket = await bus.bucket(portfoliosBucket);
    const entry: Entry = { tape, status: 'open' };
    await bucket.update(portfolio, JSON.stringify(entry), 0);
  };
  const keep = async (portfolio: string, opening: Promise<Desk>): Promise<void> => {
    try {
      const desk = await opening;
      if (desks.get(portfolio) === opening) opened.set(portfolio, desk);
    } catch {
      // What could not be opened is tried again at the next use.
      desks.delete(portfolio);
    }
  };
  const openOnce = (portfolio: string, tape: string): Promise<Desk> => {
    const known = desks.get(portfolio);
    if (known) return known;
    const opening = open(portfolio, tape);
    desks.set(portfolio, opening);
    void keep(portfolio, opening);
    return opening;
  };
  const close = async (portfolio: string): Promise<void> => {
    const desk = desks.get(portfolio);
    desks.delete(portfolio);
    opened.delete(portfolio);
    await (await desk)?.[Symbol.asyncDispose]();
  };

  return {
    async desk(portfolio, tape) {
      if (!desks.has(portfolio)) await register(portfolio, tape);
      return openOnce(portfolio, tape);
    },
    openDesks: () => opened,
    async onEntry(portfolio, value) {
      const entry = value === undefined ? undefined : PortfolioEntry.parse(JSON.parse(value));
      if (entry?.status === 'marked') await close(portfolio);
      if (entry?.status === 'open' && portfolio === portfolioFor(base, entry.tape))
        await openOnce(portfolio, entry.tape);
    },
    isMarked: async (portfolio) => (await entryOf(bus, portfolio))?.status === 'marked',
    isRegistered: async (portfolio) => (await entryOf(bus, portfolio)) !== undefined,
    close,
    async markDone(portfolio, tape) {
      await put(portfolio, { tape, status: 'marked' });
      await close(portfolio);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...desks.keys()].map(close));
    },
  };
}

async function entryOf(bus: Bus, portfolio: string) {
  const entry = await (await bus.bucket(portfoliosBucket)).get(portfolio);
  return entry && PortfolioEntry.parse(JSON.parse(entry.value));
}
