import type { OrderId } from '@heliograph/contracts';
import type { PaperBook, RestingOrder } from './book.ts';
import type { FillPlace } from './events.ts';

/** Orders whose places on the tape say nothing any more, and the fill that each had then. */
export type LostPlaces = ReadonlyMap<OrderId, FillPlace | undefined>;

/**
 * The resting orders with a place beyond the end of MARKET. It is written behind: a power cut takes its end, or all of it,
 * and not the book, which is synced. No candle would come behind such a place before MARKET is as long as it was.
 */
export function placesLost({ resting }: PaperBook, end: number): LostPlaces {
  return new Map(
    [...resting.values()]
      .filter((order) => lastPlaceOf(order) > end)
      .map(({ orderId, lastFill }) => [orderId, lastFill]),
  );
}

/** The book with those orders at the beginning of the tape: the times of its candles say what is for them. */
export function withoutLostPlaces(book: PaperBook, lost: LostPlaces): PaperBook {
  if (lost.size === 0) return book;
  const resting = new Map(book.resting);
  for (const [id, lastFill] of lost) {
    const order = resting.get(id);
    if (order) resting.set(id, moved(order, order.lastFill === lastFill));
  }
  return { ...book, resting };
}

function lastPlaceOf({ tapeSequence, from, lastFill }: RestingOrder): number {
  return Math.max(tapeSequence, from?.sequence ?? 0, lastFill?.sequence ?? 0);
}

function moved(order: RestingOrder, isFillLost: boolean): RestingOrder {
  const { from, lastFill } = order;
  return {
    ...order,
    tapeSequence: 0,
    from: from && { ...from, sequence: 0 },
    lastFill: lastFill && isFillLost ? { ...lastFill, sequence: 0 } : lastFill,
  };
}
