import { Big, type OrderId, type PortfolioSettings, type ReasonCode } from '@heliograph/contracts';
import type { Abandonment, Report } from '../brokers/broker.ts';
import {
  afterFill,
  instrumentKey,
  quoteCurrencyOf,
  type Account,
  type Holding,
} from './account.ts';
import {
  reportOf,
  type FillPlace,
  type OrderEvent,
  type PaperEvent,
  type PaperEventOf,
} from './events.ts';
import type { Remaining } from './price.ts';

/** How many ended orders are remembered with all that happened to them. */
const reportsKept = 1_000;
/** How many are remembered at all; older ones can no longer be told from new ones but by their time. */
const endedKept = 20_000;

type Accepted = PaperEventOf<'order_accepted'>;

/** An order that works, as its log tells. */
export interface RestingOrder extends Omit<Accepted, 'limitPrice' | 'stopPrice'> {
  readonly orderType: NonNullable<Accepted['orderType']>;
  readonly timeInForce: NonNullable<Accepted['timeInForce']>;
  readonly limitPrice: Big | undefined;
  readonly stopPrice: Big | undefined;
  /** How many fills there were, and what they came to: base units, and quote currency with the fees. */
  readonly fills: number;
  readonly filled: Big;
  readonly spent: Big;
  readonly spentOnFees: Big;
  readonly lastFill: FillPlace | undefined;
}

/** An order that has ended. */
interface EndedOrder {
  readonly timeMs: number;
  readonly lastFill: FillPlace | undefined;
  /** Why it never was there; undefined when it was. */
  readonly abandoned: { readonly reason: ReasonCode; readonly detail: string } | undefined;
}

/**
 * One account of the paper exchange. It holds cash and instruments of its own and knows nothing of portfolios; an order
 * that it cannot pay for at the moment of its fill is cancelled, as an exchange would refuse it. Plain data: it can be
 * written down and read back.
 */
export interface PaperBook extends Account {
  readonly settings: PortfolioSettings | undefined;
  /** What cash is counted in, once it is known. */
  readonly currency: string | undefined;
  /** Accepted and not ended, oldest first. */
  readonly resting: ReadonlyMap<OrderId, RestingOrder>;
  /** The same by venue and symbol. */
  readonly restingIn: ReadonlyMap<string, ReadonlySet<OrderId>>;
  /** The last that have ended, in the order of their ends. */
  readonly ended: ReadonlyMap<OrderId, EndedOrder>;
  /** The latest time of an order that is no longer remembered. */
  readonly forgottenMs: number | undefined;
  /** All that happened to each order that rests or has ended lately. */
  readonly reports: ReadonlyMap<OrderId, readonly Report[]>;
  /** How many events there were. */
  readonly count: number;
}

/** The same as its owner folds it. */
export interface PaperBookState extends PaperBook {
  settings: PortfolioSettings | undefined;
  currency: string | undefined;
  cash: Big;
  holdings: ReadonlyMap<string, Holding>;
  readonly resting: Map<OrderId, RestingOrder>;
  readonly restingIn: Map<string, Set<OrderId>>;
  readonly ended: Map<OrderId, EndedOrder>;
  forgottenMs: number | undefined;
  readonly reports: Map<OrderId, readonly Report[]>;
  count: number;
}

export function emptyBook(): PaperBookState {
  return {
    settings: undefined,
    currency: undefined,
    cash: new Big('0'),
    holdings: new Map(),
    resting: new Map(),
    restingIn: new Map(),
    ended: new Map(),
    forgottenMs: undefined,
    reports: new Map(),
    count: 0,
  };
}

export function settingsOf({ settings }: PaperBook): PortfolioSettings {
  if (!settings) throw new Error('the paper account is not open');
  return settings;
}

/** Whether the order was ever taken or given up, as far as the book remembers. */
export function isKnown({ resting, ended }: PaperBook, orderId: OrderId): boolean {
  return resting.has(orderId) || ended.has(orderId);
}

/** What is left of an order: of its notional exactly what was not spent. */
export function remainingOf({ size, filled, spent, spentOnFees }: RestingOrder): Remaining {
  if (size.kind === 'base') return { kind: 'base', quantity: new Big(size.quantity).minus(filled) };
  const { includesFee } = size;
  const notional = new Big(size.notional).minus(spent);
  return {
    kind: 'quote',
    notional: includesFee ? notional.minus(spentOnFees) : notional,
    includesFee,
  };
}

/** Takes back what is left of an order: nothing when it has ended or was never there. */
export function cancel(book: PaperBook, orderId: OrderId, why: Abandonment): PaperEvent[] {
  return book.resting.has(orderId) ? [{ type: 'order_cancelled', orderId, ...why }] : [];
}

/** Sees to it that an order is never placed: nothing when it was placed already. */
export function abandon(book: PaperBook, orderId: OrderId, why: Abandonment): PaperEvent[] {
  return isKnown(book, orderId) ? [] : [{ type: 'order_abandoned', orderId, ...why }];
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
  switch (event.type) {
    case 'account_opened': {
      book.settings = event.settings;
      book.cash = new Big(event.settings.cash);
      const [symbol] = Object.keys(event.settings.instruments ?? {});
      book.currency = symbol === undefined ? undefined : quoteCurrencyOf(symbol);
      return book;
    }
    case 'order_accepted':
      rest(book, restingOrder(event));
      break;
    case 'order_abandoned': {
      const { timeMs, reason, detail } = event;
      remember(book, event.orderId, { timeMs, lastFill: undefined, abandoned: { reason, detail } });
      break;
    }
    case 'order_filled':
      applyFill(book, restingIn(book, event), event);
      break;
    case 'order_cancelled':
    case 'order_rejected':
      end(book, restingIn(book, event));
  }
  book.count++;
  keepReport(book, event);
  return book;
}

function restingOrder(event: Accepted): RestingOrder {
  const { limitPrice, stopPrice, orderType = 'market', timeInForce = 'GTC' } = event;
  const zero = new Big('0');
  return {
    ...event,
    orderType,
    timeInForce,
    limitPrice: limitPrice === undefined ? undefined : new Big(limitPrice),
    stopPrice: stopPrice === undefined ? undefined : new Big(stopPrice),
    fills: 0,
    filled: zero,
    spent: zero,
    spentOnFees: zero,
    lastFill: undefined,
  };
}

function rest(book: PaperBookState, order: RestingOrder): void {
  const key = instrumentKey(order);
  book.currency ??= quoteCurrencyOf(order.symbol);
  book.resting.set(order.orderId, order);
  const there = book.restingIn.get(key);
  if (there) there.add(order.orderId);
  else book.restingIn.set(key, new Set([order.orderId]));
}

function applyFill(
  book: PaperBookState,
  order: RestingOrder,
  event: PaperEventOf<'order_filled'>,
): void {
  const fill = {
    side: order.side,
    quantity: new Big(event.quantity),
    price: new Big(event.price),
    fee: new Big(event.fee),
  };
  const { cash, holdings } = afterFill(book, order, fill);
  book.cash = cash;
  book.holdings = holdings;
  const { timeMs, price, place } = event;
  const after: RestingOrder = {
    ...order,
    fills: order.fills + 1,
    filled: order.filled.plus(fill.quantity),
    spent: order.spent.plus(fill.quantity.times(fill.price)),
    spentOnFees: order.spentOnFees.plus(fill.fee),
    lastFill: place && { ...place, timeMs, price },
  };
  if (event.complete ?? true) end(book, after);
  else book.resting.set(order.orderId, after);
}

function end(book: PaperBookState, order: RestingOrder): void {
  const { orderId, timeMs, lastFill } = order;
  const key = instrumentKey(order);
  book.resting.delete(orderId);
  const there = book.restingIn.get(key);
  there?.delete(orderId);
  if (there?.size === 0) book.restingIn.delete(key);
  remember(book, orderId, { timeMs, lastFill, abandoned: undefined });
}

function remember(book: PaperBookState, orderId: OrderId, order: EndedOrder): void {
  book.ended.set(orderId, order);
  if (book.ended.size <= endedKept) return;
  for (const [oldest, { timeMs }] of book.ended) {
    book.ended.delete(oldest);
    book.forgottenMs = Math.max(book.forgottenMs ?? timeMs, timeMs);
    return;
  }
}

function keepReport(book: PaperBookState, event: OrderEvent): void {
  const { reports, resting, count } = book;
  reports.set(event.orderId, [...(reports.get(event.orderId) ?? []), reportOf(event, count)]);
  if (reports.size <= reportsKept + resting.size) return;
  for (const id of reports.keys())
    if (!resting.has(id)) {
      reports.delete(id);
      return;
    }
}

function restingIn(book: PaperBook, { orderId }: OrderEvent): RestingOrder {
  const order = book.resting.get(orderId);
  if (!order) throw new Error(`the paper account ends order ${orderId}, which does not rest`);
  return order;
}
