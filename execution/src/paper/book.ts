import {
  Big,
  decimalOf,
  type OrderId,
  type PortfolioSettings,
  type ReasonCode,
} from '@heliograph/contracts';
import type { Abandonment, Report } from '../brokers/broker.ts';
import type { Account, Holding } from './account.ts';
import type { FillPlace, PaperEvent, PaperEventOf } from './events.ts';
import type { Remaining } from './price.ts';

type Accepted = PaperEventOf<'order_accepted'>;

/** An order that works, as its log tells. */
export interface RestingOrder extends Omit<Accepted, 'limitPrice' | 'stopPrice'> {
  readonly orderType: NonNullable<Accepted['orderType']>;
  readonly timeInForce: NonNullable<Accepted['timeInForce']>;
  readonly limitPrice: Big | undefined;
  readonly stopPrice: Big | undefined;
  /** The prices as numbers, to see at a glance that a candle does not come near them. */
  readonly nearLimit: number | undefined;
  readonly nearStop: number | undefined;
  /** How many fills there were, and what they came to: base units, and quote currency with the fees. */
  readonly fills: number;
  readonly filled: Big;
  readonly spent: Big;
  readonly spentOnFees: Big;
  readonly lastFill: FillPlace | undefined;
}

/** An order that has ended. */
export interface EndedOrder {
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
  readonly holdings: Map<string, Holding>;
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
  if (size.kind === 'base')
    return { kind: 'base', quantity: decimalOf(size.quantity).minus(filled) };
  const { includesFee } = size;
  const notional = decimalOf(size.notional).minus(spent);
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
