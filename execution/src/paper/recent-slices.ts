import { instrumentKey } from '../instrument-key.ts';
import type { InstrumentName } from './account.ts';
import type { Slice } from './slice.ts';

const kept = 256;

/** The last of a tape, so that an order which was placed a moment late need not ask the server for it. */
export interface RecentSlices {
  /** The last message of MARKET that was shown, whatever was in it. */
  readonly seenUpTo: number;
  /** The next message of MARKET: the slice in it, if there is one. */
  add(slice: Slice | undefined, sequence: number): void;
  /** The slices of a symbol in a range of MARKET; undefined where the range begins before what is kept. */
  between(instrument: InstrumentName, range: { after: number; upTo: number }): Slice[] | undefined;
}

export function createRecentSlices(seenUpTo: number): RecentSlices {
  const slices: Slice[] = [];
  let completeAfter = seenUpTo;
  let seen = seenUpTo;
  return {
    get seenUpTo() {
      return seen;
    },
    add(slice, sequence) {
      seen = sequence;
      if (!slice) return;
      slices.push(slice);
      if (slices.length > 2 * kept)
        completeAfter = slices.splice(0, kept).at(-1)?.sequence ?? completeAfter;
    },
    between(instrument, { after, upTo }) {
      if (after < completeAfter) return undefined;
      const key = instrumentKey(instrument);
      // Most ask for the last one only.
      const start = slices.findLastIndex(({ sequence }) => sequence <= after) + 1;
      return slices
        .slice(start)
        .filter((slice) => slice.sequence <= upTo && instrumentKey(slice) === key);
    },
  };
}
