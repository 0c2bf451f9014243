import { liveTape, toMs } from '@heliograph/contracts';
import {
  candleOfPrint,
  createPriceHistory,
  decisionsVersion,
  verifyJournal,
  type Difference,
  type JournalEntry,
  type JournalVerdict,
  type TapePrice,
} from '@heliograph/execution';
import { pricesOf, readFacts, type LoggedFacts, type PortfolioRow } from '@heliograph/trade-log';
import { priceKindOf } from '../recorded-run.ts';
import type { Database } from '../options/trade-log-options.ts';
import { readLoggedInputs } from './logged-inputs.ts';
import { reExecute } from './re-execution.ts';
import { DamagedEntry, readEntries } from './recorded-journal.ts';
import { createSeenTape, saidPlace, type Span } from './seen-tape.ts';

/** What came of verifying a portfolio. Sequences are those of the stream TRADING. */
export interface Verdict {
  readonly portfolio: string;
  readonly tape: string;
  /** The version of the rules by which it was decided; other ones than these leave ids out of the comparison. */
  readonly rules: number;
  readonly events: number;
  /** How many of them follow, byte for byte, from what was before them. */
  readonly derived: number;
  /** Those that come from outside and are taken as they are, by type. */
  readonly observed: Readonly<Record<string, number>>;
  /** Decisions, fills and trades that came out the same when the tape was played again. */
  readonly replayed: number;
  /** Entries at the end that were not looked at: they rest on messages that the log has not got to yet. */
  readonly pending: number;
  /** Why it was not played again. */
  readonly notReplayed: string | undefined;
  readonly finding: Finding | undefined;
}

/** The first thing that is not as it should be. */
export interface Finding {
  readonly sequence: number;
  /** Which entry of the journal, counted from 1. */
  readonly place: number;
  readonly id: string;
  readonly type: string;
  /** In words. */
  readonly what: string;
  readonly field?: string;
  readonly recorded?: unknown;
  readonly derived?: unknown;
}

/** Decides a logged portfolio again, by its own journal, and where that is possible by playing its tape. */
export function verifyPortfolio(
  database: Database,
  row: PortfolioRow,
  onProgress: (events: number) => void,
): Verdict {
  const { portfolio, tape } = row;
  let events = 0;
  let changedBy: string | undefined;
  let pending = 0;
  let pendingFrom: number | undefined;
  const facts = readFacts(database);
  const ended = facts.endOf(tape);
  const inputs = readLoggedInputs(database, {
    signalOf: facts.signalOf,
    hasEnded: ended !== undefined,
  });
  const seenTape = createSeenTape(database, row, facts.signalOf);
  let misplaced: Finding | undefined;
  const counted = function* (): Generator<JournalEntry> {
    for (const entry of readEntries(database, portfolio)) {
      const { event, storedTime } = entry;
      if (pendingFrom === undefined && !inputs.has(event, storedTime)) pendingFrom = event.timeMs;
      if (pendingFrom !== undefined) {
        pending++;
        continue;
      }
      misplaced = misplacedIn(entry, { place: events + 1, span: seenTape(event) });
      if (misplaced) return;
      if (event.type === 'portfolio_reconfigured') changedBy ??= 'its settings were changed';
      if (event.type === 'trading_state_changed' && event.data.author !== 'breaker')
        changedBy ??= `${event.data.author} changed its trading state`;
      onProgress(++events);
      yield entry;
    }
  };
  const verdict = {
    portfolio,
    tape,
    rules: decisionsVersion,
    events: 0,
    derived: 0,
    observed: {},
    replayed: 0,
    pending: 0,
  };
  try {
    const { difference, ...journal } = verifyAlone(database, row, {
      entries: counted(),
      signalOf: facts.signalOf,
      ended,
    });
    const looked = { ...verdict, ...journal, pending };
    const found = difference ? findingOf(difference) : misplaced;
    if (found) return { ...looked, notReplayed: undefined, finding: found };
    const notReplayed = reasonAgainst(row, changedBy);
    if (notReplayed !== undefined) return { ...looked, notReplayed, finding: undefined };
    const byOtherRules = journal.rules !== decisionsVersion;
    const replay = reExecute(database, row, { byOtherRules, before: pendingFrom });
    const finding = replay.difference && findingOf(replay.difference, 'when its tape is played');
    return { ...looked, replayed: replay.compared, notReplayed, finding };
  } catch (error) {
    if (!(error instanceof DamagedEntry)) throw error;
    const { row: entry, place, message } = error;
    const { sequence, id, type } = entry;
    const finding = { sequence, place, id, type, what: message };
    return { ...verdict, events: place - 1, notReplayed: undefined, finding };
  }
}

function misplacedIn(
  { sequence, event }: JournalEntry,
  { place, span }: { place: number; span: Span | undefined },
): Finding | undefined {
  const recorded = saidPlace(event);
  if (!span || recorded === undefined) return undefined;
  const { from, to } = span;
  if (recorded >= from && recorded <= to) return undefined;
  const { id, type } = event;
  const what = 'how much of the tape it says had been seen is not what there was at its time';
  const derived = from === to ? from : { from, to };
  return { sequence, place, id, type, what, field: 'data.marketSequence', recorded, derived };
}

/** Rows that are not read to the end keep the database busy. */
function verifyAlone(
  database: Database,
  { portfolio, settings }: PortfolioRow,
  {
    entries,
    signalOf,
    ended,
  }: {
    entries: Generator<JournalEntry>;
    signalOf: LoggedFacts['signalOf'];
    ended: ReturnType<LoggedFacts['endOf']>;
  },
): JournalVerdict {
  using prices = tapeOf(database, { portfolio, kind: priceKindOf(settings) });
  using journal = entries;
  return verifyJournal(portfolio, journal, {
    signalOf,
    ended: ended && { data: ended.data, timeMs: toMs(ended.time) },
    prices: createPriceHistory(prices),
  });
}

function* tapeOf(
  database: Database,
  { portfolio, kind }: { portfolio: string; kind: 'candle' | 'print' },
): Generator<TapePrice> {
  for (const price of pricesOf(database, { portfolio, kind, order: 'arrival' }))
    yield {
      sequence: price.sequence,
      candle: price.kind === 'candle' ? price.candle : candleOfPrint(price.print),
    };
}

/** Only a replayed tape names its own clock: in real time it matters when a worker got to something. */
function reasonAgainst(
  { tape, mode }: PortfolioRow,
  changedBy: string | undefined,
): string | undefined {
  if (mode === 'live') return 'its orders were filled by a venue';
  if (tape === liveTape) return 'it ran by the wall clock';
  return changedBy;
}

function findingOf(
  { sequence, place, recorded, derived, field }: Difference,
  when = 'from what was before it',
): Finding {
  const { id, type } = recorded;
  const at = { sequence, place, id, type };
  if (!derived) return { ...at, what: `nothing of the kind follows ${when}`, recorded };
  if (!field) return { ...at, what: `something else follows ${when}`, recorded, derived };
  return {
    ...at,
    what: `${field.path} comes out differently ${when}`,
    field: field.path,
    recorded: field.recorded,
    derived: field.derived,
  };
}
