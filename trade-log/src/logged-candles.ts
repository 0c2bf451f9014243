import type { Candle, SymbolName, Timeframe, Venue } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';

interface CandleRow extends Omit<Candle, 'open' | 'high' | 'low' | 'close' | 'volume'> {
  readonly sequence: number;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** A candle and its place in MARKET. */
export interface LoggedCandle {
  readonly sequence: number;
  readonly candle: Candle;
}

/** The candles of a tape by their closes, `from` included, read as they are asked for. */
export function* readTape(
  database: Database,
  { tape, from }: { tape: string; from: number },
): Generator<LoggedCandle, void, undefined> {
  const rows = database
    .prepare<[string, number], CandleRow>(
      `SELECT sequence, venue, symbol, timeframe, open_time AS openTime, close_time AS closeTime, open, high, low, close,
         volume
       FROM candles WHERE tape = ? AND close_time >= ? ORDER BY close_time, sequence`,
    )
    .iterate(tape, from);
  for (const { sequence, open, high, low, close, volume, ...row } of rows) {
    const prices = {
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
    };
    yield { sequence, candle: { ...row, ...prices, volume: Number(volume) } };
  }
}
