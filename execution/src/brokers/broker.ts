import type { OrderId, OrderSize, ReasonCode, SymbolName, Venue } from '@heliograph/contracts';
import type { Observable } from 'rxjs';

export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';

/**
 * How long an order works. `GTC` until it is cancelled, `IOC` what can be filled at once and the rest never, `FOK` all
 * at once or nothing, `GTD` until `goodTillMs`, `PO` only as a maker: refused where it would trade at once.
 */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTD' | 'PO';

/** What names an order to a venue. */
export interface OrderReference {
  readonly id: OrderId;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  /** When it was decided, epoch ms: where a venue has to look for it in its lists, not before that. */
  readonly timeMs?: number;
}

/** An order as it goes to a venue. Decimals are text, times epoch ms. */
export interface OrderRequest extends OrderReference {
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly size: OrderSize;
  /** Of `limit` and `stop_limit`. */
  readonly limitPrice?: string;
  /** Of `stop` and `stop_limit`: the price that triggers it; of `trailing_stop`: where it stands at first, if given. */
  readonly stopPrice?: string;
  /** Of `trailing_stop`: how far behind the best price it follows, basis points. */
  readonly trailingBps?: number;
  readonly timeInForce: TimeInForce;
  /** Of `GTD`. */
  readonly goodTillMs?: number;
  /** It may only make a position smaller: what would go beyond flat is not filled. */
  readonly reduceOnly: boolean;
  /** When it was decided, by the clock of the tape. */
  readonly timeMs: number;
  /** The last message of MARKET that the decision could know of; what a paper exchange fills from comes after it. */
  readonly tapeSequence?: number;
  /** It protects what this order has bought or sold, from its last fill on, also within the candle of that fill. */
  readonly protects?: OrderId;
}

/** What a venue says at once. Whatever else happens to the order is told by `reportsOf`. */
export type Placement =
  | { readonly status: 'taken' }
  /** Certain: it is not there and this request will not bring it there. */
  | { readonly status: 'rejected'; readonly reason: ReasonCode; readonly detail: string }
  /** Certain likewise, but the same order may be handed over again later: a rate limit, a venue that is away. */
  | { readonly status: 'not_taken'; readonly detail: string; readonly retryAfterMs: number };

/** Something that happened to an order at the venue. Decimals are text, times epoch ms by the venue's clock. */
export type Report = {
  readonly orderId: OrderId;
  readonly timeMs: number;
  /** Tells what came first at the venue, over all its orders. */
  readonly sequence: number;
  /** The price of the tape that made it happen, where the venue fills from one: its place in MARKET, and its time. */
  readonly tape?: { readonly sequence: number; readonly timeMs: number };
} & (
  | { readonly type: 'accepted'; readonly venueOrderId: string }
  | {
      readonly type: 'filled';
      /** The venue's id of the fill, unique among those of the order. */
      readonly fillId: string;
      /** Base units that were received or given, after a fee that was taken in base units. */
      readonly quantity: string;
      readonly price: string;
      /** Quote currency. */
      readonly fee: string;
      readonly liquidity: 'maker' | 'taker';
      /** Nothing more will be filled. */
      readonly complete: boolean;
    }
  | { readonly type: 'rejected'; readonly reason: ReasonCode; readonly detail: string }
  | { readonly type: 'cancelled'; readonly reason: ReasonCode; readonly detail: string }
);

/** Why an order that was never placed never will be, or why one is cancelled. */
export interface Abandonment {
  readonly timeMs: number;
  readonly reason: ReasonCode;
  readonly detail: string;
}

/** An order that works at the venue, ours or somebody else's. Decimals are text. */
export interface VenueOrder {
  /** Absent or not one of ours: placed by hand or by another program. */
  readonly clientOrderId?: string;
  readonly venueOrderId: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly limitPrice?: string;
  readonly stopPrice?: string;
  readonly reduceOnly: boolean;
  readonly timeMs: number;
}

/** An order that works at the venue, and of which that leaves out what must be known. */
export interface UnreadOrder extends Pick<VenueOrder, 'venue' | 'symbol' | 'clientOrderId'> {
  readonly venueOrderId?: string;
  /** What is not there, for people. */
  readonly unread: string;
}

/** Decimals are text; `total` is `free` and what orders hold back. */
export interface Balance {
  readonly currency: string;
  readonly free: string;
  readonly total: string;
}

/** A position as a margin account has it; quantity is unsigned. */
export interface VenuePosition {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly quantity: string;
}

/** The rules of an instrument. Decimals are text; a rule that is absent does not exist. */
export interface Instrument {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  /** `halted` and `delisted` take no orders. */
  readonly status: 'trading' | 'halted' | 'delisted';
  readonly tickSize?: string;
  readonly lotSize: string;
  readonly minQuantity?: string;
  readonly maxQuantity?: string;
  /** Quote currency. */
  readonly minNotional?: string;
}

/**
 * A venue that takes orders. What it answers is certain; whatever throws leaves the outcome unknown, and nothing else is
 * done about the order before `reportsOf` was asked.
 */
export interface Broker extends AsyncDisposable {
  /** The order types that it keeps by itself; the others are held and triggered by execution. */
  readonly orderTypes: readonly OrderType[];
  /**
   * How long it can let an order work by itself. Where it does not know `GTD`, execution sends such an order as `GTC`
   * and takes it back at its time; any other that is missing is refused.
   */
  readonly timesInForce: readonly TimeInForce[];
  /**
   * Whether orders that may only reduce a position can wait beside each other without holding its balance back. Where
   * they cannot, as on a spot exchange, execution holds and triggers all protective orders itself.
   */
  readonly restsReduceOnly: boolean;
  /**
   * How long after `timeMs` a request for an order can still reach the venue: it refuses later ones, or they are not
   * sent. Only after that does "not found" mean that it never will be there. 0: placing an id again is one order, for
   * good, so that nobody needs to wait.
   */
  readonly placementWindowMs: number;
  place(order: OrderRequest): Promise<Placement>;
  /** Takes back what is not filled yet; nothing when the order has ended or is not there. */
  cancel(order: OrderReference, why: Abandonment): Promise<void>;
  /**
   * Makes sure that an order which did not reach the venue never will. True once that is certain, which takes a while from
   * when it was placed here, or given up first; false until then, or when the order is there: what did reach the venue stands.
   */
  abandon(order: OrderReference & { readonly timeMs: number }, why: Abandonment): Promise<boolean>;
  /** Asks the venue about the orders that it is not known to have. */
  refresh(orders: readonly OrderReference[]): Promise<void>;
  /** All that is known to have happened to an order, in its order; undefined when the venue is not known to have it. */
  reportsOf(order: OrderReference): Promise<readonly Report[] | undefined>;
  /**
   * Whether it has said for a minute, whenever it was asked, that there is no such order. That says nothing of what the
   * order may have done before. Absent where nothing is ever forgotten.
   */
  isForgotten?(order: OrderReference): boolean;
  /** What works at the venue now, in those symbols. Throws where it cannot be known: never empty for "no answer". */
  openOrders(symbols: readonly SymbolName[]): Promise<readonly (VenueOrder | UnreadOrder)[]>;
  balances(): Promise<readonly Balance[]>;
  /** Undefined where the venue keeps balances only, as a spot exchange does. */
  positions(): Promise<readonly VenuePosition[] | undefined>;
  instruments(symbols: readonly SymbolName[]): Promise<readonly Instrument[]>;
  /** How far the venue's clock is ahead of ours, ms. */
  clockOffsetMs(): Promise<number>;
  /**
   * A hint that there is something new to ask about: the order, or whatever is open. It may come too often, and a hint
   * may be lost: whoever listens asks now and then all the same.
   */
  readonly changes$: Observable<OrderId | 'any'>;
}
