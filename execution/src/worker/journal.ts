import {
  JournalEvent,
  journalPrefix,
  parseEvent,
  PermanentError,
  UserError,
} from '@heliograph/contracts';
import type { Bus, Outgoing, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { draftOf, recorded, type Draft } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import { emptyPortfolio, type PortfolioState } from '../decision/state/portfolio.ts';
import { portfolioForm, restorePortfolio } from '../decision/state/restore.ts';
import { createFold, type Fold } from '../fold.ts';
import { createSnapshots } from '../snapshots.ts';

export type Journal = Fold<PortfolioState, Draft>;

/** The journal of a portfolio, to be read and written; nothing is read yet. */
export function createJournal(options: {
  bus: Bus;
  name: string;
  /** `source` of the events that are written. */
  source: string;
  /** The wall clock, epoch ms. */
  nowMs: () => number;
  /** Where the writer stands on the tape; what it decides says so. */
  marketSequence: () => number | undefined;
  log: Logger;
}): Journal {
  const { bus, name, source, nowMs, log } = options;
  const prefix = journalPrefix(name);
  const fold = createFold({
    log: bus.log(prefix),
    initial: emptyPortfolio(name),
    evolve,
    read: (message) => readEntry(prefix, message),
    write: (event: Draft, place: number): Outgoing => ({
      subject: `${prefix}.${event.type}`,
      id: event.id,
      body: bodyOf(recorded(event, { source, recordedMs: nowMs(), sequence: place })),
    }),
    snapshots: createSnapshots({
      bus,
      stream: 'TRADING',
      prefix,
      form: portfolioForm,
      restore: restorePortfolio,
      log,
    }),
  });
  const tryWrite = (events: readonly Draft[]): Promise<boolean> => {
    const marketSequence = options.marketSequence();
    return fold.tryWrite(events.map((event) => placed(event, marketSequence)));
  };
  return {
    get state() {
      return fold.state;
    },
    get sequence() {
      return fold.sequence;
    },
    get count() {
      return fold.count;
    },
    catchUp: fold.catchUp,
    keepSnapshot: fold.keepSnapshot,
    tryWrite,
    async transact(decide) {
      while (!(await tryWrite(decide(fold.state))));
    },
  };
}

/** What breaks its schema is never written: nobody could read the journal any more. */
function bodyOf(event: JournalEvent): string {
  return JSON.stringify(JournalEvent.parse(event));
}

/** @throws UserError when it was written by a version that says what this one does not understand */
function readEntry(prefix: string, { sequence, body }: StoredMessage) {
  try {
    const event = parseEvent(JournalEvent, body);
    return { entry: draftOf(event), place: event.sequence };
  } catch (cause) {
    if (!(cause instanceof PermanentError)) throw cause;
    throw new UserError(
      `${prefix}: this version cannot read the entry with stream sequence ${sequence} (${cause.message}): use the version that wrote it, or a newer one`,
      { cause },
    );
  }
}

/** What a decision rests on includes how much of the tape was seen. */
function placed(event: Draft, marketSequence: number | undefined): Draft {
  if (marketSequence === undefined) return event;
  switch (event.type) {
    case 'portfolio_opened':
      return { ...event, data: { ...event.data, marketSequence } };
    case 'portfolio_valued':
      return { ...event, data: { ...event.data, marketSequence } };
    case 'signal_skipped':
      return { ...event, data: { ...event.data, marketSequence } };
    case 'order_intended':
      return { ...event, data: { marketSequence, ...event.data } };
    case 'trading_state_changed':
      return event.data.author === 'breaker'
        ? { ...event, data: { ...event.data, marketSequence } }
        : event;
    default:
      return event;
  }
}
