import type { Candle } from '@heliograph/contracts';
import { instrumentKey } from '../instrument-key.ts';
import type { InstrumentName } from './account.ts';

/** Which lengths of candles a tape has of each symbol, as far as it was seen. */
export interface CandleLengths {
  add(candle: Candle): void;
  /** The shortest of a symbol that has several; undefined where one is all. */
  shortestOf(instrument: InstrumentName): number | undefined;
}

export function createCandleLengths(): CandleLengths {
  const known = new Map<string, { shortestMs: number; isOnly: boolean }>();
  let last: { timeframe: string; symbol: string; venue: string } | undefined;
  return {
    add(candle) {
      const { venue, symbol, timeframe } = candle;
      // Most tapes have one timeframe of one symbol.
      if (last?.timeframe === timeframe && last.symbol === symbol && last.venue === venue) return;
      last = { timeframe, symbol, venue };
      const key = instrumentKey(candle);
      const lengthMs = candle.closeTime - candle.openTime;
      const { shortestMs = lengthMs, isOnly = true } = known.get(key) ?? {};
      known.set(key, {
        shortestMs: Math.min(shortestMs, lengthMs),
        isOnly: isOnly && shortestMs === lengthMs,
      });
    },
    shortestOf(instrument) {
      const lengths = known.get(instrumentKey(instrument));
      return lengths?.isOnly === false ? lengths.shortestMs : undefined;
    },
  };
}
