import type { Database } from 'better-sqlite3';

/** Where the candles of a recorded tape stand in MARKET, by their times. */
export interface TapePlaces {
  /** The first candle that closes at that time (epoch ms); undefined where none does. */
  firstAt(timeMs: number): number | undefined;
  /** The first candle of the next time at which one closes. */
  firstAfter(timeMs: number): number | undefined;
}

/** Undefined where places do not tell one candle from another: the tape goes over two storages of the stream. */
export function readTapePlaces(database: Database, tape: string): TapePlaces | undefined {
  const storages = database
    .prepare<[string], number>('SELECT count(DISTINCT stream_id) FROM candles WHERE tape = ?')
    .pluck()
    .get(tape);
  if (storages !== 1) return undefined;
  const firstAt = database
    .prepare<[string, number], number | null>(
      'SELECT min(sequence) FROM candles WHERE tape = ? AND close_time = ?',
    )
    .pluck();
  const firstAfter = database
    .prepare<[{ tape: string; timeMs: number }], number | null>(
      `SELECT min(sequence) FROM candles WHERE tape = @tape AND close_time = (
         SELECT min(close_time) FROM candles WHERE tape = @tape AND close_time > @timeMs)`,
    )
    .pluck();
  return {
    firstAt: (timeMs) => firstAt.get(tape, timeMs) ?? undefined,
    firstAfter: (timeMs) => firstAfter.get({ tape, timeMs }) ?? undefined,
  };
}
