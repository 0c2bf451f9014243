import { Big, liveTape } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { readingError } from '../store/database-errors.ts';
import { createIdleDays } from './idle-days.ts';
import { ofNewestJournal } from './filter.ts';
import type { PortfolioRow } from './rows.ts';
import {
  equityHistory,
  type EquityHistory,
  type EquityPoint,
} from '../statistics/equity-history.ts';

/**
 * The equity of a portfolio as its workers wrote it down, about once an hour while something is held, and whenever it came to
 * hold nothing: then equity is cash, and nobody values it before the next entry, so that days on which nothing is held end as
 * they began. A recording begins with its first candle, before the portfolio is opened; what rests is worth as much until the last one. Undefined where they wrote none, or where there are more than `atMost` valuations and fills.
 */
export function writtenEquity(
  database: Database,
  { portfolio, tape, openedTime, settings, end }: PortfolioRow,
  atMost = 2 ** 31,
): EquityHistory | undefined {
  const entries = readEntries(database, portfolio, atMost + 1);
  if (entries.length > atMost || !entries.some(({ equity }) => equity !== null)) return undefined;
  // The market was there before.
  const first = tape === liveTape ? undefined : closeOf(database, tape, 'min');
  const began = { time: Math.min(openedTime, first ?? openedTime), equity: settings.cash };
  const until = closeOf(database, tape, 'max') ?? began.time;
  return equityHistory(settings.cash, [...pointsOf(entries, { began, end, until })]);
}

/** The close of the first or the last candle of a tape, epoch ms. Each by itself is found in the index. */
function closeOf(database: Database, tape: string, which: 'min' | 'max'): number | undefined {
  const close = database
    .prepare<[string], number | null>(`SELECT ${which}(close_time) FROM candles WHERE tape = ?`)
    .pluck()
    .get(tape);
  return close ?? undefined;
}

/** A valuation, or a fill: that has no equity, and the other what follows it empty. */
interface Entry {
  readonly time: number;
  readonly equity: string | null;
  readonly instrument: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
}

/** The first so many valuations and fills of the newest journal, in its order. */
function readEntries(database: Database, portfolio: string, limit: number): Entry[] {
  const journal = ofNewestJournal();
  try {
    return database
      .prepare<[string, string, number], Entry>(
        `SELECT sequence, time, equity, '' AS instrument, '' AS side, '' AS quantity, '' AS price, '' AS fee
         FROM equity WHERE ${journal}
         UNION ALL
         SELECT sequence, time, NULL, venue || ' ' || symbol, side, quantity, price, fee FROM fills WHERE ${journal}
         ORDER BY sequence LIMIT ?`,
      )
      .all(portfolio, portfolio, limit);
  } catch (error) {
    throw readingError(error, database.name);
  }
}

function* pointsOf(
  entries: readonly Entry[],
  { began, end, until }: { began: EquityPoint; end: EquityPoint | null; until: number },
): Generator<EquityPoint> {
  const idleDays = createIdleDays(entries.map(({ time }) => time));
  const held = new Map<string, Big>();
  let cash = new Big(began.equity);
  let last = began;
  const idleUntil = function* (to: number): Generator<EquityPoint> {
    if (held.size > 0) return;
    for (const time of idleDays({ from: last.time, to })) yield { time, equity: last.equity };
  };
  yield began;
  for (const entry of entries) {
    // A fill may be dated before what was written down before it.
    const time = Math.max(entry.time, last.time);
    yield* idleUntil(time);
    if (entry.equity !== null) {
      yield (last = { time, equity: entry.equity });
      continue;
    }
    const { instrument, side, quantity, price, fee } = entry;
    const change = side === 'buy' ? new Big(quantity) : new Big(quantity).times('-1');
    const after = change.plus(held.get(instrument) ?? '0');
    cash = cash.minus(change.times(price)).minus(fee);
    if (after.eq('0')) held.delete(instrument);
    else held.set(instrument, after);
    if (held.size === 0) yield (last = { time, equity: cash.toFixed() });
  }
  const rests = held.size === 0 && last.time < until ? { ...last, time: until } : undefined;
  const ended = end ?? rests;
  if (!ended) return;
  yield* idleUntil(ended.time);
  yield ended;
}
