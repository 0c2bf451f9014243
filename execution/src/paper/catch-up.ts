import type { OrderId } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Fold } from '../fold.ts';
import type { PaperBook, PaperBookState, RestingOrder } from './book.ts';
import type { PaperEvent } from './events.ts';
import { withoutLostPlaces, type LostPlaces } from './lost-places.ts';
import { finish, nextEvents } from './match.ts';
import { progressOf, type Progress } from './progress.ts';
import type { RecentSlices } from './recent-slices.ts';
import type { Slice } from './slice.ts';
import { slicesBetween } from './tape.ts';

/** Brings the orders of a book up to where the tape is. */
export interface CatchUp {
  /**
   * Matches each resting order with what of the tape it has not been matched with, in the order of the tape.
   * `afterEach` is awaited before and after each step that fills something, with the time of the tape there, and at the
   * end, with the time that it is now: it journals what the book says, and places what protects the new fills, which is
   * then matched with the same candle.
   */
  matchMissed(timeMs: number, afterEach: (timeMs: number) => Promise<void>): Promise<void>;
}

export function createCatchUp({
  bus,
  tape,
  kind,
  recent,
  lost,
  fold,
}: {
  bus: Bus;
  tape: string;
  kind: 'candles' | 'trades';
  recent: RecentSlices;
  /** Those whose places MARKET does not have any more. */
  lost: LostPlaces;
  fold: Pick<Fold<PaperBookState, PaperEvent>, 'state' | 'tryWrite'>;
}): CatchUp {
  const progress = new Map<OrderId, Progress>();

  const book = (): PaperBook => withoutLostPlaces(fold.state, lost);

  const behind = (upTo: number): RestingOrder[] =>
    [...book().resting.values()].filter((order) => progressOf(progress, order).upTo < upTo);

  const slicesFor = async (orders: readonly RestingOrder[], upTo: number): Promise<Slice[]> => {
    const slices = new Map<number, Slice>();
    for (const order of orders) {
      const range = { after: progressOf(progress, order).upTo, upTo };
      const found =
        recent.between(order, range) ?? (await slicesBetween(bus, { tape, kind }, order, range));
      for (const slice of found) slices.set(slice.sequence, slice);
    }
    return [...slices.values()].toSorted((a, b) => a.sequence - b.sequence);
  };

  /** Stops where orders come to light on the way: theirs may be the earlier slices. */
  const matchOnce = async (afterEach: (timeMs: number) => Promise<void>): Promise<void> => {
    const upTo = recent.seenUpTo;
    const orders = behind(upTo);
    const ids = new Set(orders.map(({ orderId }) => orderId));
    const answered = async ({ closeTime }: Slice): Promise<boolean> => {
      await afterEach(closeTime);
      return behind(upTo).every(({ orderId }) => ids.has(orderId));
    };
    const slices = await slicesFor(orders, upTo);
    const [first] = slices;
    if (first && !(await answered(first))) return;
    for (const slice of slices) {
      for (;;) {
        const events = nextEvents(book(), progress, slice);
        if (events.length === 0) break;
        if (!(await fold.tryWrite(events)) || !(await answered(slice))) return;
      }
      finish(book(), progress, slice);
    }
    for (const order of behind(upTo))
      progress.set(order.orderId, { ...progressOf(progress, order), upTo });
  };

  return {
    async matchMissed(timeMs, afterEach) {
      for (const id of progress.keys()) if (!fold.state.resting.has(id)) progress.delete(id);
      do {
        while (behind(recent.seenUpTo).length > 0) await matchOnce(afterEach);
        // A fill that nobody has answered yet may be the last thing that whoever died has written.
        await afterEach(timeMs);
      } while (behind(recent.seenUpTo).length > 0);
    },
  };
}
