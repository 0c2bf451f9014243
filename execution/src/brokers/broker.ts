import type { OrderId, OrderSize, ReasonCode, SymbolName, Venue } from '@heliograph/contracts';

/** An order as it goes to a venue. */
export interface OrderRequest {
  readonly id: OrderId;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'buy' | 'sell';
  readonly type: 'market';
  readonly size: OrderSize;
  readonly reduceOnly: boolean;
  /** When it was decided, epoch ms by the clock of the tape. */
  readonly timeMs: number;
  /** The last message of MARKET that the decision could know of; what a paper exchange fills from comes after it. */
  readonly tapeSequence?: number;
}

/** Something that happened to an order at the venue. Decimals are text, times epoch ms by the venue's clock. */
export type Report = {
  readonly orderId: OrderId;
  readonly timeMs: number;
  /** Tells what came first at the venue, over all its orders. */
  readonly sequence: number;
} & (
  | { readonly type: 'accepted'; readonly venueOrderId: string }
  | {
      readonly type: 'filled';
      readonly fillId: string;
      readonly quantity: string;
      readonly price: string;
      readonly fee: string;
      readonly liquidity: 'maker' | 'taker';
      readonly complete: boolean;
    }
  | { readonly type: 'rejected'; readonly reason: ReasonCode; readonly detail: string }
  | { readonly type: 'cancelled'; readonly reason: ReasonCode; readonly detail: string }
);

/** Why an order that was never placed never will be. */
export interface Abandonment {
  readonly timeMs: number;
  readonly reason: ReasonCode;
  readonly detail: string;
}

/**
 * A venue that takes orders. Placing the same order id twice is one order. An operation that throws leaves the outcome
 * unknown: ask with `reportsOf` before anything else is done.
 */
export interface Broker {
  place(order: OrderRequest): Promise<void>;
  /** Makes sure that an order which did not reach the venue never will; what did reach it stands. */
  abandon(orderId: OrderId, why: Abandonment): Promise<void>;
  /** Asks the venue about the orders that it is not known to have. */
  refresh(orderIds: readonly OrderId[]): Promise<void>;
  /** All that is known to have happened to an order, in its order; undefined when the venue is not known to have it. */
  reportsOf(orderId: OrderId): Promise<readonly Report[] | undefined>;
}
