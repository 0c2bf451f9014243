import { aCandleEvent, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { readStory, type Story } from './story.ts';
import { createJournal, startMs } from '../testing/history.ts';
import { openLogWith } from '../testing/log-with.ts';

const at = (minutes: number): string => new Date(startMs + minutes * 60_000).toISOString();

const entry = aSignal({ id: 'entry77', time: at(2) });
const exit = anExitSignal({ id: 'exit77', time: at(5) });
const skipped = aSignal({ id: 'skipped77', time: at(3) });
const undecided = aSignal({ id: 'undecided77', time: at(9) });

function openStories() {
  const journal = createJournal('paper');
  const other = createJournal('other');
  return openLogWith({
    candles: [0, 1, 2, 3].map((minute) => aCandleEvent({ at: minute })),
    signals: [entry, skipped, exit, undecided],
    journal: [
      journal.opened(),
      journal.intended(entry),
      other.opened(),
      other.skipped(entry),
      journal.accepted(entry),
      journal.skipped(skipped),
      journal.filled(entry),
      journal.positionChanged(entry, '0.5', '950'),
      journal.intended(exit),
      journal.filled(exit),
      journal.closed(entry, exit),
      journal.valued(9, '1005'),
    ],
  });
}

function typesIn(story: Story | undefined, portfolio: string): string[] | undefined {
  return story?.chapters
    .find((chapter) => chapter.portfolio === portfolio)
    ?.events.map(({ type }) => type);
}

const whole = [
  'order_intended',
  'order_accepted',
  'order_filled',
  'position_changed',
  'order_intended',
  'order_filled',
  'trade_closed',
];

test('an entry goes from its candle to the closed trade, in each portfolio that decided it', () => {
  using memory = openStories();
  const story = readStory(memory.database, entry.id);
  expect(story).toMatchObject({ signalId: entry.id, deadLetters: [] });
  expect(story?.candle?.time, 'it had closed by then').toBe(startMs + 2 * 60_000);
  expect(typesIn(story, 'paper')).toEqual(whole);
  expect(typesIn(story, 'other')).toEqual(['signal_skipped']);
});

test('an exit has the story of what it closed', () => {
  using memory = openStories();
  expect(typesIn(readStory(memory.database, exit.id), 'paper')).toEqual(whole);
});

test('a skipped signal has nothing but that, and one that nobody decided has no chapter', () => {
  using memory = openStories();
  expect(typesIn(readStory(memory.database, skipped.id), 'paper')).toEqual(['signal_skipped']);
  expect(readStory(memory.database, undecided.id)).toMatchObject({ chapters: [] });
});

test('it is found by an order, a trade, or how the id of a signal begins', () => {
  using memory = openStories();
  const { database } = memory;
  const idOf = (sql: string) => String(database.prepare(sql).pluck().get());
  const order = idOf('SELECT order_id FROM orders ORDER BY sequence LIMIT 1');
  const trade = idOf('SELECT trade_id FROM trades');
  const named = [order, trade, 'ent', 'e', 'nothing'].map(
    (name) => readStory(database, name)?.signalId,
  );
  expect(named).toEqual(['entry77', 'entry77', 'entry77', undefined, undefined]);
});
