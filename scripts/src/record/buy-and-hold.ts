import type { Price } from './account.ts';

/** Somebody who puts an equal share into each symbol that may be traded at its first close and never sells, without fees. */
export interface BuyAndHold {
  onPrice(price: Price): void;
  /** What that has brought by now: the mean over the symbols of last close / first close - 1. `null` before any price. */
  readonly ratio: number | null;
}

interface Held {
  readonly venue: string;
  readonly symbol: string;
  readonly first: number;
  last: number;
}

/** `symbols` are the only ones that may be traded; without it, all may. */
export function createBuyAndHold(symbols?: readonly string[]): BuyAndHold {
  const traded = symbols && new Set(symbols);
  const all = new Map<string, Held>();
  let newest: Held | undefined;
  const heldOf = ({ venue, symbol, close }: Price): Held => {
    // Most of the time it is the one that it was before: a key costs more than to look.
    if (newest?.symbol === symbol && newest.venue === venue) return newest;
    const key = `${venue}|${symbol}`;
    newest = all.get(key);
    if (!newest) all.set(key, (newest = { venue, symbol, first: close, last: close }));
    return newest;
  };
  return {
    onPrice(price) {
      if (traded?.has(price.symbol) === false) return;
      heldOf(price).last = price.close;
    },
    get ratio() {
      if (all.size === 0) return null;
      let sum = 0;
      for (const { first, last } of all.values()) sum += last / first;
      return sum / all.size - 1;
    },
  };
}
