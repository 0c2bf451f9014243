import {
  firstDifference,
  type Difference,
  type Draft,
  type JournalEntry,
} from '@heliograph/execution';
import { readRecording, type PortfolioRow } from '@heliograph/trade-log';
import { Mode } from '@heliograph/contracts';
import { playRecorded, priceKindOf } from '../recorded-run.ts';
import { createSimulatedRun } from '../simulate.ts';
import type { Database } from '../options/trade-log-options.ts';
import { readEntries } from './recorded-journal.ts';

/** What a run decided, and what came of it: the same however many workers made it, and however fast. */
const compared: ReadonlySet<Draft['type']> = new Set([
  'signal_skipped',
  'order_intended',
  'order_cancelled',
  'order_filled',
  'trade_closed',
]);

export interface ReExecution {
  readonly compared: number;
  readonly difference: Difference | undefined;
}

/**
 * Plays the logged prices and signals of a run through the decision core and a paper exchange again, and compares each
 * decision, fill, cancelled order and trade with the journal, those of one type in their order. With `before` only what happened before that
 * time of the tape (epoch ms) is played.
 */
export function reExecute(
  database: Database,
  { portfolio, tape, mode, settings, end }: PortfolioRow,
  { before, ...rules }: { byOtherRules: boolean; before?: number | undefined },
): ReExecution {
  using entries = readEntries(database, portfolio);
  const comparison = createComparison(entries, rules);
  /** The place in MARKET of the price that is played. */
  let playing: number | undefined;
  const run = createSimulatedRun({
    portfolio,
    tape,
    mode: Mode.parse(mode),
    settings,
    onEvent: (event) => comparison.add(event, playing),
  });
  const span = { to: before, prices: priceKindOf(settings) };
  for (const recorded of readRecording(database, portfolio, span)) {
    playing = recorded.kind === 'signal' ? undefined : recorded.sequence;
    playRecorded(run, recorded);
    if (comparison.result().difference) break;
  }
  playing = undefined;
  if (end && before === undefined) {
    run.end();
    comparison.end();
  }
  return comparison.result();
}

interface Comparison {
  /** `playing` is the place in MARKET of the price that it came with. */
  add(derived: Draft, playing: number | undefined): void;
  /** Nothing more is derived: what else was recorded is too much. */
  end(): void;
  result(): ReExecution;
}

function createComparison(
  entries: Iterable<JournalEntry>,
  rules: { byOtherRules: boolean },
): Comparison {
  const source = entries[Symbol.iterator]();
  /** Recorded, and not compared yet, by type. */
  const waiting = new Map<Draft['type'], (JournalEntry & { place: number })[]>();
  let place = 0;
  let count = 0;
  let difference: Difference | undefined;
  let lastFill: { timeMs: number; place: number | undefined } | undefined;

  /** Where a fill was, and what protects because of it, is known here. */
  const placeOf = (derived: Draft, playing: number | undefined): number | undefined => {
    if (derived.type === 'order_filled') lastFill = { timeMs: derived.timeMs, place: playing };
    const isOfFill =
      derived.type === 'order_filled' ||
      (derived.type === 'order_intended' &&
        derived.data.role !== undefined &&
        derived.timeMs === lastFill?.timeMs &&
        playing === lastFill.place);
    return isOfFill ? playing : undefined;
  };

  const nextOf = (type: Draft['type']): (JournalEntry & { place: number }) | undefined => {
    const queue = waiting.get(type);
    const first = queue?.shift();
    if (first) return first;
    for (let next = source.next(); !next.done; next = source.next()) {
      place++;
      const { event } = next.value;
      if (event.type === type) return { ...next.value, place };
      if (!compared.has(event.type)) continue;
      const others = waiting.get(event.type) ?? [];
      others.push({ ...next.value, place });
      waiting.set(event.type, others);
    }
    return undefined;
  };

  return {
    add(derived, playing) {
      if (difference || !compared.has(derived.type)) return;
      const recorded = nextOf(derived.type);
      // A run that was not ended was cut off somewhere.
      if (!recorded) return;
      count++;
      const field = firstDifference(
        ...alike(recorded.event, derived, placeOf(derived, playing)),
        rules,
      );
      if (field) difference = { ...recorded, recorded: recorded.event, derived, field };
    },
    end() {
      if (difference) return;
      for (const type of compared) {
        const recorded = nextOf(type);
        if (!recorded) continue;
        difference = {
          ...recorded,
          recorded: recorded.event,
          derived: undefined,
          field: undefined,
        };
        return;
      }
    },
    result: () => ({ compared: count, difference }),
  };
}

/** Where it is not known how much of the tape had been seen, it is not compared: a simulation has no bus. */
function alike(
  recorded: Draft,
  derived: Draft,
  place: number | undefined,
): [recorded: object, derived: object] {
  const isSaid = 'marketSequence' in recorded.data && recorded.data.marketSequence !== undefined;
  return isSaid && place !== undefined
    ? [recorded, { ...derived, data: { ...derived.data, marketSequence: place } }]
    : [withoutPlace(recorded), withoutPlace(derived)];
}

function withoutPlace(event: Draft): object {
  if (!('marketSequence' in event.data)) return event;
  const { marketSequence: _, ...data } = event.data;
  return { ...event, data };
}
