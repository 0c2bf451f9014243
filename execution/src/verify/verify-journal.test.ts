import { JournalEvent } from '@heliograph/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recorded, type Draft } from '../decision/state/draft.ts';
import { decisionsVersion } from '../decision/version.ts';
import { createSimulation } from '../simulation.ts';
import { endOf } from '../testing/paced-feed.ts';
import { richInstants, richSettings } from '../testing/rich-history.ts';
import { verified } from '../testing/verified.ts';
import type { TapePrice } from './price-history.ts';

const tape = 't';
const portfolio = `paper-${tape}`;

/** A run with everything in it, as its journal would have it. */
function richRun() {
  const instants = richInstants(tape);
  const prices: TapePrice[] = [];
  const drafts: Draft[] = [];
  const simulation = createSimulation({
    portfolio,
    tape,
    mode: 'paper',
    settings: richSettings,
    onEvent: (event) => drafts.push(event),
  });
  for (const { candles, signals } of instants) {
    for (const candle of candles) {
      prices.push({ sequence: prices.length + 1, candle });
      simulation.onCandle(candle);
    }
    for (const signal of signals) simulation.onSignal(signal);
  }
  const ended = endOf(instants, tape);
  simulation.onTapeEnded(ended.data, ended.timeMs);
  const journal = drafts.map((event, index) =>
    recorded(event, { source: 'test', recordedMs: event.timeMs, sequence: index + 1 }),
  );
  return { journal, prices, signals: instants.flatMap((instant) => instant.signals), ended };
}

const run = richRun();
const journal: readonly JournalEvent[] = run.journal;

function verdictOn(entries: readonly JournalEvent[], signals = run.signals) {
  const { prices, ended } = run;
  return verified({ portfolio, journal: entries, tape: prices, signals, ended });
}

test('everything but the opening of a run follows from what was before it', () => {
  const verdict = verdictOn(journal);
  expect(verdict).toEqual({
    rules: decisionsVersion,
    events: journal.length,
    derived: journal.length - 1,
    observed: { portfolio_opened: 1 },
    difference: undefined,
  });
  expect(new Set(journal.map(({ type }) => type)).size, 'kinds of events in it').toBeGreaterThan(9);
});

/** What is decided here or follows by itself; what the venue tells may be as it is. */
const decided: ReadonlySet<JournalEvent['type']> = new Set([
  'signal_skipped',
  'order_intended',
  'order_cancel_intended',
  'position_changed',
  'trade_closed',
  'portfolio_valued',
  'portfolio_marked',
]);
const places = journal.flatMap(({ type }, place) => (decided.has(type) ? [place] : []));

/** Ways to all that is not made of anything else. */
function leavesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

/** Another value of the same kind, one character or one step away. */
function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = String(value);
  const last = text.at(-1) ?? '';
  return `${text.slice(0, -1)}${last === '1' ? '2' : '1'}`;
}

function withChange(value: unknown, [name, ...path]: readonly string[]): unknown {
  if (name === undefined) return changed(value);
  if (Array.isArray(value))
    return value.map((part: unknown, index) =>
      String(index) === name ? withChange(part, path) : part,
    );
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === name ? withChange(part, path) : part]),
  );
}

test('one character of one decision that is changed is found at its place', () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.nat(), (place, which) => {
      const event = journal[place];
      if (!event) throw new Error('no such entry');
      const leaves = leavesOf(event.data, ['data']).filter(
        (path) => path.at(-1) !== 'marketSequence',
      );
      const path = leaves[which % leaves.length] ?? [];
      const parsed = JournalEvent.safeParse(withChange(event, path));
      // What breaks its schema is found before it gets here.
      fc.pre(parsed.success);
      const { difference } = verdictOn(journal.with(place, parsed.data));
      expect({ path, place: difference?.place }).toEqual({ path, place: place + 1 });
    }),
    { numRuns: 300 },
  );
});

test('a price that a venue told is found by what did not follow from it', () => {
  const place = journal.findIndex(({ type }) => type === 'order_filled');
  const event = JournalEvent.parse(withChange(journal[place], ['data', 'price']));
  expect(verdictOn(journal.with(place, event)).difference).toMatchObject({
    field: { path: expect.stringContaining('data.') },
  });
});

test('a decision that was left out, or is there twice, is found', () => {
  const place = journal.findIndex(({ type }) => type === 'order_intended');
  const without = journal.toSpliced(place, 1);
  expect(verdictOn(without).difference?.place).toBe(place + 1);
  const event = journal[place];
  if (!event) throw new Error('no order');
  expect(verdictOn(journal.toSpliced(place, 0, event)).difference?.place).toBe(place + 2);
});

test('a decision on a signal that is not there follows from nothing', () => {
  const { difference } = verdictOn(journal, []);
  expect(difference).toMatchObject({ place: 2, derived: undefined, field: undefined });
});

test('a journal that ends within what was written together is verified as far as it goes', () => {
  const fill = journal.findIndex(({ type }) => type === 'order_filled');
  expect(verdictOn(journal.slice(0, fill + 1))).toMatchObject({
    events: fill + 1,
    difference: undefined,
  });
});
