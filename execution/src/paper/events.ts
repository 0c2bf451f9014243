import {
  OrderId,
  OrderSize,
  OrderType,
  PortfolioSettings,
  PositiveDecimal,
  ReasonCode,
  Side,
  SymbolName,
  TimeInForce,
  Venue,
} from '@heliograph/contracts';
import { z } from 'zod';
import type { Report } from '../brokers/broker.ts';

/** Where on the tape something was filled, and at which moment of the candle. */
const TapePlace = z.object({
  /** Of MARKET. */
  sequence: z.int().nonnegative(),
  /** The close of the candle, or the time of the trade. */
  closeTimeMs: z.int(),
  /** `open`: all of the candle came after it. `inside`: some of it. `end`: none of it. */
  moment: z.enum(['open', 'inside', 'end']),
});

/** A fill as whatever protects it needs to know it. */
const FillPlace = TapePlace.extend({ timeMs: z.int(), price: PositiveDecimal });
export type FillPlace = z.infer<typeof FillPlace>;

const orderFields = { orderId: OrderId, timeMs: z.int() };
const endFields = {
  ...orderFields,
  reason: ReasonCode,
  detail: z.string(),
  /** Where the tape ended it. */
  place: TapePlace.pick({ sequence: true, closeTimeMs: true }).optional(),
};

/**
 * What the paper exchange writes in its books, one log for each account. A field that is optional was not there from
 * the beginning: absent, it means what was the only possibility then, so old books stay readable.
 */
export const PaperEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('account_opened'), settings: PortfolioSettings }),
  z.object({
    type: z.literal('order_accepted'),
    ...orderFields,
    venue: Venue,
    symbol: SymbolName,
    side: Side,
    size: OrderSize,
    reduceOnly: z.boolean(),
    /** Of MARKET: what comes after it can fill the order; 0 where there is no tape with sequences. */
    tapeSequence: z.int().nonnegative(),
    /** Default: market. */
    orderType: OrderType.optional(),
    limitPrice: PositiveDecimal.optional(),
    stopPrice: PositiveDecimal.optional(),
    trailingBps: z.number().positive().optional(),
    /** Default: GTC. */
    timeInForce: TimeInForce.optional(),
    goodTillMs: z.int().optional(),
    protects: OrderId.optional(),
    /** The fill that it protects: it works from there on. */
    from: FillPlace.optional(),
    /** The length of the shortest candles of its symbol, where the tape had several. */
    shortestCandleMs: z.int().positive().optional(),
  }),
  z.object({
    type: z.literal('order_filled'),
    ...orderFields,
    fillId: z.string(),
    quantity: PositiveDecimal,
    price: PositiveDecimal,
    fee: z.string(),
    /** Default: taker. */
    liquidity: z.enum(['maker', 'taker']).optional(),
    /** Default: true. */
    complete: z.boolean().optional(),
    place: TapePlace.optional(),
  }),
  z.object({ type: z.literal('order_cancelled'), ...endFields }),
  /** It had been accepted, and the first price that it met says no. */
  z.object({ type: z.literal('order_rejected'), ...endFields }),
  /** It was never placed, and never will be. */
  z.object({ type: z.literal('order_abandoned'), ...endFields }),
]);
export type PaperEvent = z.infer<typeof PaperEvent>;
export type OrderEvent = Exclude<PaperEvent, { type: 'account_opened' }>;
export type PaperEventOf<T extends PaperEvent['type']> = Extract<PaperEvent, { type: T }>;

/** What an event of the book says to whoever placed the order. */
export function reportOf(event: OrderEvent, sequence: number): Report {
  const { orderId, timeMs } = event;
  const facts = { orderId, timeMs, sequence };
  switch (event.type) {
    case 'order_accepted':
      return { ...facts, type: 'accepted', venueOrderId: orderId };
    case 'order_filled': {
      const { fillId, quantity, price, fee, liquidity = 'taker', complete = true, place } = event;
      const fill = { fillId, quantity, price, fee, liquidity, complete };
      return { ...facts, ...on(place), type: 'filled', ...fill };
    }
    case 'order_rejected': {
      const { reason, detail, place } = event;
      return { ...facts, ...on(place), type: 'rejected', reason, detail };
    }
    case 'order_cancelled':
    case 'order_abandoned': {
      const { reason, detail, place } = event;
      return { ...facts, ...on(place), type: 'cancelled', reason, detail };
    }
  }
}

function on(place: { sequence: number; closeTimeMs: number } | undefined): Pick<Report, 'tape'> {
  return place ? { tape: { sequence: place.sequence, timeMs: place.closeTimeMs } } : {};
}
