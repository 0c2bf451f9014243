import { toTime } from '@heliograph/contracts';
import { aCandleEvent, anExitSignal, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createEventStore } from '../store/event-store.ts';
import { readPortfolio } from './queries.ts';
import { createJournal, createPlaces, startMs } from '../testing/history.ts';
import { openLogWith } from '../testing/log-with.ts';
import { openMemoryDatabase } from '../testing/temp-database.ts';
import { writtenEquity } from './valuations.ts';

const at = (minutes: number): string => toTime(startMs + minutes * 60_000);
const day = 24 * 60;

test('a day ends with what was left when nothing was held any more, and not with the last valuation before', () => {
  using temporary = openMemoryDatabase();
  const { database } = temporary;
  const store = createEventStore(database);
  const place = createPlaces({ TRADING: store.stream('TRADING', 'a').id });
  const paper = createJournal('paper');
  const [entry, exit] = [aSignal({ time: at(1) }), anExitSignal({ time: at(90) })];
  const next = aSignal({ time: at(day + 1) });
  store.keep(
    [
      paper.opened(),
      paper.intended(entry),
      paper.filled(entry),
      paper.valued(60, '1000.5'),
      paper.intended(exit),
      paper.filled(exit, { price: '80' }),
      paper.intended(next),
      paper.filled(next, { price: '90' }),
      paper.valued(day + 60, '990'),
    ].map((message) => place('TRADING', message)),
  );
  const row = readPortfolio(database);
  if (!row) throw new Error('no portfolio');
  const history = writtenEquity(database, row);
  expect(history?.days).toEqual([
    { day: startMs - day * 60_000, equity: 1_000 },
    // 1000 - 0.5 * 100 - 0.1 + 0.5 * 80 - 0.1
    { day: startMs, equity: 989.8 },
    { day: startMs + day * 60_000, equity: 990 },
  ]);
  expect(history?.drawdowns.maxDrawdown).toBe('10.7');
  expect(writtenEquity(database, row, 4), 'more than is looked at').toBe(undefined);
  expect(writtenEquity(database, row, 5)?.days).toEqual(history?.days);
});

test('a recording begins with its first candle, before the portfolio is opened', () => {
  const paper = createJournal('paper');
  using temporary = openLogWith({
    candles: [-day - 1, -1].map((minutes) => aCandleEvent({ at: minutes }, { tape: 'file' })),
    journal: [paper.opened('file'), paper.valued(60, '990')],
  });
  const { database } = temporary;
  const row = readPortfolio(database);
  if (!row) throw new Error('no portfolio');
  expect(writtenEquity(database, row)).toMatchObject({
    firstTime: startMs - day * 60_000,
    days: [
      { day: startMs - 2 * day * 60_000, equity: 1_000 },
      { day: startMs, equity: 990 },
    ],
  });
});

test.each([
  ['on Wednesday, and on Saturday', 2, [-1, 0, 1, 2, 3, 4, 5]],
  ['on Thursday, and on Monday', 3, [-1, 0, 1, 2, 3, 4, 7]],
])(
  'days on which nothing is held end as they began, those of weekends where one is traded: %s',
  (_, enters, days) => {
    const paper = createJournal('paper');
    const [first, second] = [enters, enters === 2 ? 5 : 7].map((on) => on * day + 60);
    const [entry, exit] = [
      aSignal({ time: at(first ?? 0) }),
      anExitSignal({ time: at((first ?? 0) + 5) }),
    ];
    const next = aSignal({ time: at(second ?? 0) });
    using temporary = openLogWith({
      journal: [
        paper.opened(),
        paper.intended(entry),
        paper.filled(entry),
        paper.intended(exit),
        paper.filled(exit, { price: '80' }),
        paper.intended(next),
        paper.filled(next, { price: '80' }),
        paper.valued((second ?? 0) + 60, '980'),
      ],
    });
    const { database } = temporary;
    const row = readPortfolio(database);
    if (!row) throw new Error('no portfolio');
    const ends = writtenEquity(database, row)?.days.map(({ day: dayMs, equity }) => [
      (dayMs - startMs) / (day * 60_000),
      equity,
    ]);
    const left = 989.8;
    const last = days.at(-1);
    expect(ends).toEqual(days.map((on) => [on, on === last ? 980 : on < enters ? 1_000 : left]));
  },
);

test('what holds nothing any more is worth the same until the last candle', () => {
  const paper = createJournal('paper');
  const [entry, exit] = [aSignal({ time: at(1) }), anExitSignal({ time: at(90) })];
  using temporary = openLogWith({
    candles: [0, 3 * day + 5].map((minutes) => aCandleEvent({ at: minutes })),
    journal: [
      paper.opened(),
      paper.intended(entry),
      paper.filled(entry),
      paper.valued(60, '1000.5'),
      paper.intended(exit),
      paper.filled(exit, { price: '80' }),
    ],
  });
  const { database } = temporary;
  const row = readPortfolio(database);
  if (!row) throw new Error('no portfolio');
  const history = writtenEquity(database, row);
  expect(history?.lastTime).toBe(startMs + (3 * day + 6) * 60_000);
  expect(history?.days.map(({ equity }) => equity)).toEqual([1_000, 989.8, 989.8, 989.8, 989.8]);
});
