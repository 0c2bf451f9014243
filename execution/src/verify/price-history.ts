import { earliestMs, type Candle } from '@heliograph/contracts';
import { instrumentKey } from '../instrument-key.ts';
import type { LastPrice, Prices } from '../decision/state/portfolio.ts';

/** A price of a tape and its place in MARKET; a trade counts as a candle of no length. */
export interface TapePrice {
  readonly sequence: number;
  readonly candle: Candle;
}

/**
 * The last prices of a recorded tape, as whoever had read it up to some place knew them. The tape is read no further than
 * it is asked for; of each instrument some of what came before is kept, for workers read at different paces.
 */
export interface PriceHistory {
  /** After everything up to that place in MARKET. Good until it is asked again. */
  upTo(sequence: number): Prices;
  /** As they were one after the other up to that time of the tape (epoch ms), the latest first. */
  before(timeMs: number): Iterable<Prices>;
  /** When what stands at that place happened; epoch ms. */
  timeAt(sequence: number): number | undefined;
}

type Known = LastPrice & { readonly sequence: number };

/** How far behind the one that has read most another worker may be, in prices of one instrument. */
const kept = 2_000;
/** How many prices back a breaker's reason is looked for. */
const lookedBack = 256;

export function createPriceHistory(tape: Iterable<TapePrice>): PriceHistory {
  const source = tape[Symbol.iterator]();
  const byInstrument = new Map<string, Known[]>();
  const places: { sequence: number; timeMs: number }[] = [];
  const latest = new Map<string, LastPrice>();
  let next = source.next();
  let readUpTo = 0;

  const read = (isWanted: (price: TapePrice) => boolean): void => {
    for (; !next.done && isWanted(next.value); next = source.next()) {
      const { sequence, candle } = next.value;
      const key = instrumentKey(candle);
      const price = { price: candle.close, timeMs: candle.closeTime };
      const known = byInstrument.get(key);
      if (known) known.push({ ...price, sequence });
      else byInstrument.set(key, [{ ...price, sequence }]);
      trim(known);
      places.push({ sequence, timeMs: candle.closeTime });
      trim(places);
      if ((latest.get(key)?.timeMs ?? earliestMs) <= price.timeMs) latest.set(key, price);
      readUpTo = Math.max(readUpTo, sequence);
    }
  };

  const upTo = (sequence: number): Prices => {
    read((price) => price.sequence <= sequence);
    if (sequence >= readUpTo) return latest;
    const prices = new Map<string, LastPrice>();
    for (const [key, known] of byInstrument) {
      const last = newest(known, sequence);
      if (last) prices.set(key, last);
    }
    return prices;
  };

  return {
    upTo,
    *before(timeMs) {
      read(({ candle }) => candle.closeTime <= timeMs);
      const ends = places.slice(-lookedBack).map(({ sequence }) => sequence);
      for (const sequence of ends.toReversed()) yield upTo(sequence);
    },
    timeAt(sequence) {
      read((price) => price.sequence <= sequence);
      return places.findLast((place) => place.sequence === sequence)?.timeMs;
    },
  };
}

/** Now and then, for it costs. */
function trim(list: unknown[] | undefined): void {
  if (list && list.length > 2 * kept) list.splice(0, list.length - kept);
}

/** The one that is newest by the tape's own time, of those that were there. */
function newest(known: readonly Known[], sequence: number): LastPrice | undefined {
  let last: Known | undefined;
  for (const price of known)
    if (price.sequence <= sequence && (last === undefined || price.timeMs >= last.timeMs))
      last = price;
  return last && { price: last.price, timeMs: last.timeMs };
}
