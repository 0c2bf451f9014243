import type { Draft } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import { emptyPortfolio } from '../decision/state/portfolio.ts';
import { decisionsVersion } from '../decision/version.ts';
import { derivationsOf, type Facts } from './derive.ts';
import { firstDifference, type FieldDifference } from './difference.ts';

/** An entry of a journal, and where it stands in its stream. */
export interface JournalEntry {
  readonly sequence: number;
  readonly event: Draft;
}

export interface JournalVerdict {
  /** The version of the rules by which it was decided last. */
  readonly rules: number;
  readonly events: number;
  /** How many of them follow from what was before them, byte for byte. */
  readonly derived: number;
  /** How many were taken as they are, by type: what people did, what the venue was found to be. */
  readonly observed: Readonly<Record<string, number>>;
  /** The first entry that does not follow; nothing after it was looked at. */
  readonly difference: Difference | undefined;
}

export interface Difference {
  readonly sequence: number;
  /** Which entry of the journal, counted from 1. */
  readonly place: number;
  readonly recorded: Draft;
  /** What should stand there; undefined where nothing follows. */
  readonly derived: Draft | undefined;
  readonly field: FieldDifference | undefined;
}

/** How many entries ahead the reason of one is looked for. */
const lookAhead = 64;

/**
 * Decides a journal again, entry by entry and in its own order, on what it says was known: each decision, and all that
 * follows from what the venue told, must come out as it is written. What comes from outside is taken as it is.
 */
export function verifyJournal(
  name: string,
  entries: Iterable<JournalEntry>,
  facts: Facts,
): JournalVerdict {
  const source = entries[Symbol.iterator]();
  const ahead: JournalEntry[] = [];
  const observed: Record<string, number> = {};
  let portfolio = emptyPortfolio(name);
  let events = 0;
  let derived = 0;

  const fill = (count: number): void => {
    while (ahead.length < count) {
      const next = source.next();
      if (next.done) return;
      ahead.push(next.value);
    }
  };
  const take = (count: number): void => {
    for (const { event } of ahead.splice(0, count)) portfolio = evolve(portfolio, event);
    events += count;
  };
  const compare = (expected: readonly Draft[]): { matched: number; difference?: Difference } => {
    fill(expected.length);
    for (const [index, draft] of expected.entries()) {
      const entry = ahead[index];
      if (!entry) return { matched: index };
      const should = placedAs(draft, entry.event);
      const byOtherRules = portfolio.decisionsVersion !== decisionsVersion;
      const field = firstDifference(entry.event, should, { byOtherRules });
      if (!field) continue;
      const place = events + index + 1;
      const { sequence, event: recorded } = entry;
      return { matched: index, difference: { sequence, place, recorded, derived: should, field } };
    }
    return { matched: expected.length };
  };

  const verdict = (difference: Difference | undefined): JournalVerdict => ({
    rules: portfolio.decisionsVersion,
    events,
    derived,
    observed,
    difference,
  });

  for (;;) {
    fill(lookAhead);
    const [first, ...others] = ahead;
    if (!first) return verdict(undefined);
    const drafts: [Draft, ...Draft[]] = [first.event, ...others.map(({ event }) => event)];
    const derivations = derivationsOf(portfolio, drafts, facts);
    if (derivations === undefined) {
      const { type } = first.event;
      observed[type] = (observed[type] ?? 0) + 1;
      take(1);
      continue;
    }
    let nearest: { matched: number; difference?: Difference } | undefined;
    let written = 0;
    for (const expected of derivations) {
      const outcome = expected.length > 0 ? compare(expected) : undefined;
      // A journal may end within a batch that was cut off from it.
      if (outcome && !outcome.difference) {
        written = outcome.matched;
        break;
      }
      if (outcome && (!nearest || outcome.matched > nearest.matched)) nearest = outcome;
    }
    if (written === 0) {
      const { sequence, event: recorded } = first;
      const nothing = {
        sequence,
        place: events + 1,
        recorded,
        derived: undefined,
        field: undefined,
      };
      return verdict(nearest?.difference ?? nothing);
    }
    derived += written;
    take(written);
  }
}

/** How much of the tape had been seen is what a decision rests on, not what it comes to. */
function placedAs(derived: Draft, recorded: Draft): Draft {
  if (!('marketSequence' in recorded.data)) return derived;
  const { marketSequence } = recorded.data;
  if (marketSequence === undefined) return derived;
  switch (derived.type) {
    case 'signal_skipped':
      return { ...derived, data: { ...derived.data, marketSequence } };
    case 'order_intended':
      return { ...derived, data: { ...derived.data, marketSequence } };
    case 'order_filled':
      return { ...derived, data: { ...derived.data, marketSequence } };
    case 'portfolio_valued':
      return { ...derived, data: { ...derived.data, marketSequence } };
    case 'trading_state_changed':
      return { ...derived, data: { ...derived.data, marketSequence } };
    default:
      return derived;
  }
}
