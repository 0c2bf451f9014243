import {
  Big,
  deterministicId,
  exactly,
  PositiveDecimal,
  OrderId,
  OrderSize,
  PortfolioSettings,
  ReasonCode,
  Side,
  SymbolName,
  Venue,
  type Candle,
} from '@heliograph/contracts';
import { z } from 'zod';
import type { Abandonment, OrderRequest, Report } from '../brokers/broker.ts';
import { instrumentKey } from '../decision/portfolio.ts';
import { feeFor, quantityAt, slipped } from '../decision/size.ts';

const orderFields = { orderId: OrderId, timeMs: z.int() };

/** What the paper exchange writes in its books, one log for each account. */
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
    /** Of MARKET: candles after it can fill the order; 0 where there is no tape with sequences. */
    tapeSequence: z.int().nonnegative(),
  }),
  z.object({
    type: z.literal('order_filled'),
    ...orderFields,
    fillId: z.string(),
    quantity: PositiveDecimal,
    price: PositiveDecimal,
    fee: z.string(),
  }),
  z.object({
    type: z.literal('order_cancelled'),
    ...orderFields,
    reason: ReasonCode,
    detail: z.string(),
  }),
  /** It was never placed, and never will be. */
  z.object({
    type: z.literal('order_abandoned'),
    ...orderFields,
    reason: ReasonCode,
    detail: z.string(),
  }),
]);
export type PaperEvent = z.infer<typeof PaperEvent>;
/** How many ended orders are remembered with all that happened to them. */
const reportsKept = 1_000;

export type RestingOrder = Extract<PaperEvent, { type: 'order_accepted' }>;

/**
 * One account of the paper exchange. It holds cash and instruments of its own and knows nothing of portfolios; an order
 * that it cannot pay for at the moment of its fill is cancelled, as a spot exchange would refuse it.
 */
export interface PaperBook {
  readonly settings: PortfolioSettings | undefined;
  readonly cash: Big;
  /** Base units by venue and symbol. */
  readonly holdings: ReadonlyMap<string, Big>;
  /** Accepted and not ended, oldest first. */
  readonly resting: ReadonlyMap<OrderId, RestingOrder>;
  /** All that happened to each order that rests or has ended lately. */
  readonly reports: ReadonlyMap<OrderId, readonly Report[]>;
  /** Every order that was ever taken. */
  readonly taken: ReadonlySet<OrderId>;
  /** How many events there were. */
  readonly count: number;
}

/** The same as its owner folds it. */
export interface PaperBookState extends PaperBook {
  readonly resting: Map<OrderId, RestingOrder>;
  readonly reports: Map<OrderId, readonly Report[]>;
  readonly taken: Set<OrderId>;
}

export function emptyBook(): PaperBookState {
  return {
    settings: undefined,
    cash: new Big('0'),
    holdings: new Map(),
    resting: new Map(),
    reports: new Map(),
    taken: new Set(),
    count: 0,
  };
}

/** Takes an order: nothing when it is known already. */
export function place(book: PaperBook, order: OrderRequest): PaperEvent[] {
  if (book.taken.has(order.id)) return [];
  const { id, venue, symbol, side, size, reduceOnly, timeMs, tapeSequence = 0 } = order;
  return [
    {
      type: 'order_accepted',
      orderId: id,
      venue,
      symbol,
      side,
      size,
      reduceOnly,
      timeMs,
      tapeSequence,
    },
  ];
}

/** Sees to it that an order is never placed: nothing when it was placed already. */
export function abandon(book: PaperBook, orderId: OrderId, why: Abandonment): PaperEvent[] {
  return book.taken.has(orderId) ? [] : [{ type: 'order_abandoned', orderId, ...why }];
}

/**
 * What a candle does to the resting orders of its symbol. A market order is filled whole at the open of the first
 * candle that closes after the order's time, slipped against it; the fill's time is the candle's open. `only`: the
 * orders that the candle may fill.
 */
export function match(book: PaperBook, candle: Candle, only?: ReadonlySet<OrderId>): PaperEvent[] {
  const key = instrumentKey(candle);
  const events: PaperEvent[] = [];
  let account: Pick<PaperBook, 'cash' | 'holdings'> = book;
  for (const order of book.resting.values()) {
    if (only && !only.has(order.orderId)) continue;
    if (instrumentKey(order) !== key || candle.closeTime <= order.timeMs) continue;
    const event = fill(order, candle, account, settingsOf(book));
    if (event.type === 'order_filled') account = afterFill(account, order, event);
    events.push(event);
  }
  return events;
}

/** The tape has ended: what still rests will never be filled. */
export function cancelResting(book: PaperBook, timeMs: number): PaperEvent[] {
  return [...book.resting.values()].map((order) => ({
    type: 'order_cancelled',
    orderId: order.orderId,
    timeMs,
    reason: 'TAPE_ENDED',
    detail: 'no candle came after it',
  }));
}

/** The account after an event of its log. Folds in place: the former book is used up. */
export function evolveBook(book: PaperBookState, event: PaperEvent): PaperBookState {
  const { resting, reports } = book;
  switch (event.type) {
    case 'account_opened':
      return { ...book, settings: event.settings, cash: new Big(event.settings.cash) };
    case 'order_accepted':
      resting.set(event.orderId, event);
      book.taken.add(event.orderId);
      break;
    case 'order_abandoned':
      book.taken.add(event.orderId);
      break;
    case 'order_filled':
    case 'order_cancelled': {
      const order = resting.get(event.orderId);
      if (!order)
        throw new Error(`the paper account ends order ${event.orderId}, which does not rest`);
      resting.delete(event.orderId);
      if (event.type === 'order_filled') book = { ...book, ...afterFill(book, order, event) };
    }
  }
  const count = book.count + 1;
  reports.set(event.orderId, [...(reports.get(event.orderId) ?? []), reportOf(event, count)]);
  if (reports.size > reportsKept + resting.size) forgetOldest(book);
  return { ...book, count };
}

function forgetOldest({ reports, resting }: PaperBookState): void {
  for (const id of reports.keys())
    if (!resting.has(id)) {
      reports.delete(id);
      return;
    }
}

function fill(
  order: RestingOrder,
  candle: Candle,
  account: Pick<PaperBook, 'cash' | 'holdings'>,
  settings: PortfolioSettings,
): PaperEvent {
  const { orderId, side } = order;
  const timeMs = Math.max(candle.openTime, order.timeMs);
  const refuse = (reason: ReasonCode, detail: string): PaperEvent => ({
    type: 'order_cancelled',
    orderId,
    timeMs,
    reason,
    detail,
  });
  const price = slipped(exactly(candle.open), side, settings);
  if (price.lte('0'))
    return refuse('BELOW_MINIMUM', `nothing is left of ${candle.open} after slippage and tick`);
  const wanted = quantityAt(order.size, price, settings);
  const held = account.holdings.get(instrumentKey(order)) ?? new Big('0');
  const quantity = side === 'sell' && wanted.gt(held) ? held : wanted;
  if (side === 'sell' && held.eq('0')) return refuse('NO_POSITION', `no ${order.symbol} is held`);
  if (quantity.lte('0'))
    return refuse(
      'BELOW_MINIMUM',
      `less than one lot of ${settings.lotSize} at ${price.toFixed()}`,
    );
  const notional = quantity.times(price);
  const fee = feeFor(notional, settings);
  const cost = notional.plus(fee);
  if (side === 'buy' && cost.gt(account.cash))
    return refuse(
      'INSUFFICIENT_FUNDS',
      `${cost.toFixed()} needed at ${price.toFixed()}, ${account.cash.toFixed()} there`,
    );
  return {
    type: 'order_filled',
    orderId,
    timeMs,
    fillId: deterministicId('fill', orderId, '1'),
    quantity: PositiveDecimal.parse(quantity.toFixed()),
    price: PositiveDecimal.parse(price.toFixed()),
    fee: fee.toFixed(),
  };
}

function afterFill(
  { cash, holdings }: Pick<PaperBook, 'cash' | 'holdings'>,
  order: RestingOrder,
  fill: Extract<PaperEvent, { type: 'order_filled' }>,
): Pick<PaperBook, 'cash' | 'holdings'> {
  const key = instrumentKey(order);
  const quantity = new Big(fill.quantity);
  const notional = quantity.times(fill.price);
  const held = holdings.get(key) ?? new Big('0');
  const buys = order.side === 'buy';
  return {
    cash: (buys ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee),
    holdings: new Map(holdings).set(key, buys ? held.plus(quantity) : held.minus(quantity)),
  };
}

export function reportOf(
  event: Exclude<PaperEvent, { type: 'account_opened' }>,
  sequence: number,
): Report {
  const { orderId, timeMs } = event;
  const facts = { orderId, timeMs, sequence };
  switch (event.type) {
    case 'order_accepted':
      return { ...facts, type: 'accepted', venueOrderId: orderId };
    case 'order_filled': {
      const { fillId, quantity, price, fee } = event;
      const fill = { fillId, quantity, price, fee };
      return { ...facts, type: 'filled', ...fill, liquidity: 'taker', complete: true };
    }
    case 'order_cancelled':
    case 'order_abandoned':
      return { ...facts, type: 'cancelled', reason: event.reason, detail: event.detail };
  }
}

function settingsOf({ settings }: PaperBook): PortfolioSettings {
  if (!settings) throw new Error('the paper account is not open');
  return settings;
}
