import type { Candle } from '@heliograph/contracts';
import { mostAppended } from '@heliograph/contracts/bus';
import type { Draft } from '../../decision/state/draft.ts';
import { value } from '../../decision/value.ts';
import type { PaperBroker } from '../../paper/paper-broker.ts';
import { candleOfPrint } from '../../paper/slice.ts';
import type { TapeItem } from '../../paper/tape.ts';
import type { Dispatcher } from '../venue/dispatcher.ts';
import type { HeldOrders } from './held-orders.ts';
import type { Journal } from '../journal.ts';
import type { PriceBoard } from './price-board.ts';
import type { Settler } from '../settler.ts';
import type { TapePlace } from './tape-place.ts';

/** What a price of the tape makes of a portfolio: orders that are reached, fills, and what it is worth. Not to overlap. */
export interface PriceTurns {
  onPrice(item: TapeItem, sequence: number): Promise<void>;
  /** Triggers what earlier prices have reached while the journal could not be written. */
  triggerHeld(): Promise<void>;
}

export function createPriceTurns({
  isLive,
  journal,
  place,
  paper,
  board,
  heldOrders,
  dispatcher,
  settler: { write, settleOrders },
  mirror,
}: {
  isLive: boolean;
  journal: Pick<Journal, 'state' | 'catchUp'>;
  place: TapePlace;
  /** The venue, where it is a paper account: it fills from the tape. */
  paper: PaperBroker | undefined;
  board: PriceBoard;
  heldOrders: HeldOrders;
  dispatcher: Pick<Dispatcher, 'carryOut'>;
  settler: Pick<Settler, 'write' | 'settleOrders'>;
  /** Tells people and other workers what the portfolio's limits have done. */
  mirror: () => Promise<void>;
}): PriceTurns {
  /** Candles with which the orders that are held here were not compared yet: the journal could not be written. */
  const unwatched: Candle[] = [];

  const triggerHeld = async (): Promise<void> => {
    const timeMs = place.nowMs();
    for (let [candle] = unwatched; candle; [candle] = unwatched) {
      let isReached = false;
      let reached: Draft[];
      do {
        reached = heldOrders.reachedBy(journal.state, candle, timeMs);
        isReached ||= reached.length > 0;
      } while (!(await write(reached)) || reached.length === mostAppended);
      heldOrders.follow(journal.state, candle);
      unwatched.shift();
      // At once: whether the venue has anything to say of other orders is no matter.
      if (isReached) await dispatcher.carryOut(place.moment(timeMs));
    }
  };

  const compare = async (candle: Candle): Promise<void> => {
    unwatched.push(candle);
    await triggerHeld();
  };

  const watch = async (timeMs: number): Promise<void> => {
    for (;;) {
      // Whoever lags behind on a replay would value what is held by prices from before.
      const { filledSequence, marketSequence } = journal.state;
      if (!isLive && Math.max(filledSequence, marketSequence) > place.sequence) return;
      const events = value(journal.state, board.prices, timeMs);
      if (events.length === 0) return;
      const isWritten = await write(events);
      await settleOrders(timeMs);
      if (isWritten) break;
    }
    await mirror();
  };

  return {
    triggerHeld,
    async onPrice(item, sequence) {
      place.reach(sequence);
      const candle = item.type === 'candle' ? item.candle : candleOfPrint(item.print);
      // Whatever was decided before this instant is known, so it does not matter who works it off.
      if (!isLive && candle.closeTime > place.playedMs) await journal.catchUp();
      place.play(candle.closeTime);
      if (item.type === 'candle') paper?.onCandle(item.candle, sequence);
      else paper?.onPrint(item.print, sequence);
      board.add(candle, sequence);
      const { opened } = journal.state;
      if (!opened || board.isKnown(sequence)) {
        // Nobody can say who has seen it. Compared twice with what is held it triggers no more than once.
        if (opened && board.hasLost) await compare(candle);
        else heldOrders.follow(journal.state, candle);
        return;
      }
      const timeMs = place.nowMs();
      await compare(candle);
      await settleOrders(timeMs);
      await watch(timeMs);
    },
  };
}
