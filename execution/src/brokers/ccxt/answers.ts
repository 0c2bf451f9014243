import { z } from 'zod';

// What is read of ccxt's answers. It passes numbers as text, but not everywhere.
const decimal = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i));
const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((it) => it ?? undefined);
const range = maybe(z.looseObject({ min: maybe(decimal), max: maybe(decimal) }));

export const VenueMarket = z.looseObject({
  id: z.string(),
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  /** Of contracts: what they are paid in. */
  settle: maybe(z.string()),
  active: maybe(z.boolean()),
  contract: maybe(z.boolean()),
  linear: maybe(z.boolean()),
  contractSize: maybe(decimal),
  taker: maybe(decimal),
  precision: z.looseObject({ amount: maybe(decimal), price: maybe(decimal) }),
  limits: z.looseObject({ amount: range, cost: range, market: range }),
});
export type VenueMarket = z.infer<typeof VenueMarket>;

const Fee = z.looseObject({ currency: maybe(z.string()), cost: maybe(decimal) });

/** Rows of opening time, open, high, low, close, volume. */
export const MinuteCandles = z.array(
  z.tuple([z.number(), z.unknown(), z.unknown(), z.unknown(), maybe(decimal)]).rest(z.unknown()),
);

export const VenueTrade = z.looseObject({
  id: z.string(),
  order: maybe(z.string()),
  timestamp: z.number(),
  price: decimal,
  amount: decimal,
  takerOrMaker: maybe(z.enum(['taker', 'maker'])),
  fee: maybe(Fee),
  fees: maybe(z.array(Fee)),
});
export type VenueTrade = z.infer<typeof VenueTrade>;

/** Some venues tell of one fee, some of several. */
export function feesOf({ fees, fee }: VenueTrade): NonNullable<VenueTrade['fees']> {
  return fees?.length ? fees : fee ? [fee] : [];
}

export const FoundOrder = z.looseObject({
  id: z.string(),
  clientOrderId: maybe(z.string()),
  symbol: z.string(),
  timestamp: maybe(z.number()),
  lastTradeTimestamp: maybe(z.number()),
  lastUpdateTimestamp: maybe(z.number()),
  status: maybe(z.string()),
  type: maybe(z.string()),
  side: z.enum(['buy', 'sell']),
  timeInForce: maybe(z.string()),
  price: maybe(decimal),
  triggerPrice: maybe(decimal),
  amount: maybe(decimal),
  filled: maybe(decimal),
  reduceOnly: maybe(z.boolean()),
});
export type FoundOrder = z.infer<typeof FoundOrder>;

export const Ticker = z.looseObject({
  bid: maybe(decimal),
  ask: maybe(decimal),
  last: maybe(decimal),
});

export const Balances = z.looseObject({
  /** The venue's own words, where ccxt passes them on: of a text it makes an account that has nothing. */
  info: z
    .unknown()
    .refine((info) => info !== null && typeof info !== 'string', 'the answer makes no sense')
    .optional(),
  free: z.record(z.string(), maybe(decimal)),
  total: z.record(z.string(), maybe(decimal)),
});

export const FoundPosition = z.looseObject({
  symbol: z.string(),
  side: maybe(z.enum(['long', 'short'])),
  contracts: maybe(decimal),
});

/** Of what a stream says about orders. */
export const WatchedOrders = z.array(z.looseObject({ clientOrderId: maybe(z.string()) }));
