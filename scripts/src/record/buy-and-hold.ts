import type { Candle } from '@heliograph/contracts';

/** Somebody who puts an equal share into each symbol at its first close and never sells, without fees. */
export interface BuyAndHold {
  onCandle(candle: Candle): void;
  /** What that has brought by now: the mean over the symbols of last close / first close - 1. `null` before any candle. */
  readonly ratio: number | null;
}

interface Held {
  readonly first: number;
  last: number;
}

export function createBuyAndHold(): BuyAndHold {
  const byVenue = new Map<string, Map<string, Held>>();
  const all: Held[] = [];
  return {
    onCandle({ venue, symbol, close }) {
      let ofVenue = byVenue.get(venue);
      if (!ofVenue) byVenue.set(venue, (ofVenue = new Map()));
      const held = ofVenue.get(symbol);
      if (held) held.last = close;
      else {
        const first = { first: close, last: close };
        ofVenue.set(symbol, first);
        all.push(first);
      }
    },
    get ratio() {
      if (all.length === 0) return null;
      let sum = 0;
      for (const { first, last } of all) sum += last / first;
      return sum / all.length - 1;
    },
  };
}
