import type {
  Big,
  Decimal,
  OrderSize,
  OrderType,
  Protection,
  TimeInForce,
} from '@heliograph/contracts';

/** How an entry gets in, and what protects what it buys or sells. Prices are multiples of the tick. */
export interface EntryTerms {
  readonly orderType: Extract<OrderType, 'market' | 'limit' | 'stop' | 'stop_limit'>;
  readonly limitPrice?: Decimal;
  readonly stopPrice?: Decimal;
  readonly timeInForce?: TimeInForce;
  readonly protection?: Protection;
  /** The price that it is likely to get in at, before slippage. */
  readonly price: Big;
  /** The price that its cost and its exposure go by. */
  readonly highest: Big;
  /** What its loss goes by: in and out at the worst prices, slipped; `out` is where there is a stop. */
  readonly worst: { readonly in: Big; readonly out?: Big };
}

/** The order that an entry would become. */
export interface EntryPlan extends EntryTerms {
  /** Of the whole order. */
  readonly size: OrderSize;
  /** Base units of the whole order; at the highest price where the size is in quote currency. */
  readonly quantity: Big;
  /** How many of them close a position on the other side first. */
  readonly closing: Big;
  /** What the rest is worth at the highest price; quote currency. */
  readonly notional: Big;
  /** The same with the fees of the whole order. */
  readonly needed: Big;
}
