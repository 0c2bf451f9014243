import type { Candle } from '@heliograph/contracts';
import { instrumentKey } from '../decision/portfolio.ts';
import type { TapeCandle } from './tape.ts';

const kept = 256;

/** The last candles of a tape, so that an order which was placed a moment late need not ask the server for them. */
export interface RecentCandles {
  /** The last message of MARKET that was shown, candle or not. */
  readonly seenUpTo: number;
  add(candle: Candle | undefined, sequence: number): void;
  /** The candles of a symbol in a range of MARKET; undefined where the range begins before what is kept. */
  between(
    instrument: Parameters<typeof instrumentKey>[0],
    range: { after: number; upTo: number },
  ): TapeCandle[] | undefined;
}

export function createRecentCandles(seenUpTo: number): RecentCandles {
  const candles: TapeCandle[] = [];
  let completeAfter = seenUpTo;
  let seen = seenUpTo;
  return {
    get seenUpTo() {
      return seen;
    },
    add(candle, sequence) {
      seen = sequence;
      if (!candle) return;
      candles.push({ candle, sequence });
      if (candles.length > 2 * kept)
        completeAfter = candles.splice(0, kept).at(-1)?.sequence ?? completeAfter;
    },
    between(instrument, { after, upTo }) {
      if (after < completeAfter) return undefined;
      const key = instrumentKey(instrument);
      return candles
        .filter(({ sequence }) => sequence > after && sequence <= upTo)
        .filter(({ candle }) => instrumentKey(candle) === key);
    },
  };
}
