import { Big } from '@heliograph/contracts';
import type { RestingOrder } from './book.ts';

/**
 * How far an order has come on the tape. It is not in the book: it follows from the order and the tape, and whoever has
 * neither begins again at the order's place. Its owner may move it on in place.
 */
export interface Progress {
  /** The order has been matched with everything up to there. */
  upTo: number;
  /** The close of the last slice that it has seen: what opened before that is from the past. */
  closeMs: number | undefined;
  /** Whether it has met a price. */
  readonly seen: boolean;
  /** Whether its stop has been reached. */
  readonly triggered: boolean;
  /** Of a trailing stop: the best price since it works. */
  readonly best: Big | undefined;
  /** The same as a number, to see at a glance that a candle does not come near. */
  readonly nearBest: number | undefined;
}

/** Where an order stands as far as the book tells. */
function progressInBook(order: RestingOrder): Progress {
  const { lastFill, from } = order;
  if (lastFill)
    return {
      upTo: lastFill.sequence,
      closeMs: lastFill.closeTimeMs,
      seen: true,
      triggered: true,
      best: undefined,
      nearBest: undefined,
    };
  return {
    // What is left of the candle of the fill that it protects is for it too.
    upTo: from ? from.sequence - (from.moment === 'end' ? 0 : 1) : order.tapeSequence,
    closeMs: undefined,
    seen: false,
    triggered: false,
    best: from && new Big(from.price),
    nearBest: from && Number(from.price),
  };
}

export function progressOf(known: ReadonlyMap<string, Progress>, order: RestingOrder): Progress {
  const own = known.get(order.orderId);
  // Another worker may have written a fill that is further on.
  if (own && own.upTo >= (order.lastFill?.sequence ?? 0)) return own;
  return progressInBook(order);
}
