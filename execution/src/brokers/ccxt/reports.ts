import {
  Big,
  NonNegativeDecimal,
  PositiveDecimal,
  type OrderId,
  type ReasonCode,
} from '@heliograph/contracts';
import type { Abandonment, Report } from '../broker.ts';
import { feesOf, type FoundOrder, type VenueTrade } from './answers.ts';
import type { RateOf } from './fee-rates.ts';
import type { MarketRules } from './market-rules.ts';

const zero = new Big('0');
/** Digits after the point of a fee that was paid in another currency. */
const feeDigits = 8;

/** An order as the venue has it. */
export interface VenueState {
  readonly reports: readonly Report[];
  /** Nothing more will happen to it. */
  readonly ended: boolean;
  /** How much of it was filled by what the venue said and by all the trades that it tells of; undefined where those differ. */
  readonly filled: string | undefined;
}

/**
 * What has happened to an order, from what the venue says of it and its trades. While not all of its trades are to be
 * seen yet, it has not ended.
 * @throws ZodError when a trade cannot be booked, as one at a price of 0: then nothing is known of the order
 */
export function reportsFrom({
  orderId,
  order,
  trades,
  rules,
  cancelled,
  rateOf,
  warn,
}: {
  orderId: OrderId;
  order: FoundOrder;
  trades: readonly VenueTrade[];
  rules: MarketRules;
  /** Why we took it back, if we did. */
  cancelled: Abandonment | undefined;
  rateOf: RateOf;
  warn: (message: string) => void;
}): VenueState {
  const sorted = trades
    .filter(({ amount }) => !new Big(amount).eq(zero))
    .toSorted((a, b) => a.timestamp - b.timestamp || compareIds(a.id, b.id));
  // Some venues give the time of the last change: it was there before it traded.
  const toldMs = order.timestamp ?? order.lastUpdateTimestamp ?? sorted[0]?.timestamp ?? 0;
  const acceptedMs = Math.min(toldMs, sorted[0]?.timestamp ?? toldMs);
  const next = createSequence();
  const filled = sorted.reduce((sum, { amount }) => sum.plus(amount), zero);
  // What is closed was filled, also where the venue does not say how much.
  const told = order.filled ?? (order.status === 'closed' ? order.amount : undefined);
  const allSeen = filled.gte(told ?? '0');
  // By the trades alone, so that a fill is told the same way whenever it is told.
  const whole = order.amount !== undefined && filled.gt(zero) && filled.gte(order.amount);
  const ended = whole || (allSeen && endings.has(order.status ?? ''));

  const reports: Report[] = [
    {
      type: 'accepted',
      orderId,
      timeMs: acceptedMs,
      sequence: next(acceptedMs, 0),
      venueOrderId: order.id,
    },
    ...sorted.map((trade, index): Report => ({
      type: 'filled',
      orderId,
      timeMs: trade.timestamp,
      sequence: next(trade.timestamp, tradePlace(trade.id)),
      fillId: trade.id,
      ...amountsOf(trade, order.side, { rules, rateOf, warn }),
      liquidity: trade.takerOrMaker ?? 'taker',
      complete: whole && index === sorted.length - 1,
    })),
  ];
  if (ended && !whole) {
    const timeMs = Math.max(
      order.lastUpdateTimestamp ?? order.lastTradeTimestamp ?? acceptedMs,
      sorted.at(-1)?.timestamp ?? acceptedMs,
    );
    const { reason, detail } = cancelled ?? endingOf(order);
    reports.push({
      type: order.status === 'rejected' ? 'rejected' : 'cancelled',
      orderId,
      timeMs,
      sequence: next(timeMs, 999),
      reason,
      detail,
    });
  }
  const isTold = told !== undefined && filled.eq(told);
  return { reports, ended, filled: isTold ? told : undefined };
}

/** ccxt's words for an order that has ended. */
const endings: ReadonlySet<string> = new Set(['closed', 'canceled', 'expired', 'rejected']);

/** Why an order has ended that nobody here took back. Venues call the rest of an order at once what they like. */
function endingOf({ status, type, timeInForce }: FoundOrder): {
  reason: ReasonCode;
  detail: string;
} {
  const isAtOnce = type === 'market' || timeInForce === 'IOC' || timeInForce === 'FOK';
  if (status === 'rejected') return { reason: 'VENUE_REJECTED', detail: 'rejected by the venue' };
  if (status === 'expired' || isAtOnce)
    return { reason: 'TIME_IN_FORCE', detail: 'no more of it could be filled in time' };
  if (status === 'canceled')
    return { reason: 'CANCEL_REQUESTED', detail: 'taken back at the venue' };
  return { reason: 'VENUE_REJECTED', detail: 'the venue filled no more of it' };
}

/**
 * Base units, price, and fee in quote currency. A fee in base units counts at the price, and is part of the quantity that
 * never arrived, or that was given besides, unless a contract was traded; one in another currency counts at what that was
 * worth. Rounded up, a fee may be all that was bought: then it counts as bought, for a fill of nothing cannot be booked and
 * the money is spent.
 */
function amountsOf(
  trade: VenueTrade,
  side: 'buy' | 'sell',
  {
    rules: { market, contractSize },
    rateOf,
    warn,
  }: { rules: MarketRules; rateOf: RateOf; warn: (message: string) => void },
): { quantity: string; price: string; fee: string } {
  let quantity = new Big(trade.amount).times(contractSize);
  let fee = zero;
  for (const { currency, cost } of feesOf(trade)) {
    if (cost === undefined || new Big(cost).eq(zero)) continue;
    if (currency === market.quote) fee = fee.plus(cost);
    else if (currency === market.base && market.contract)
      fee = fee.plus(new Big(cost).times(trade.price).round(feeDigits));
    else if (currency === market.base) {
      const rest = side === 'buy' ? quantity.minus(cost) : quantity.plus(cost);
      if (rest.lte(zero)) continue;
      quantity = rest;
      fee = fee.plus(new Big(cost).times(trade.price));
    } else {
      const rate = currency === undefined ? undefined : rateOf(currency, trade.timestamp);
      if (rate) fee = fee.plus(rate.times(cost).round(feeDigits));
      else warn(`fees in ${currency ?? 'an unnamed currency'} are not counted`);
    }
  }
  if (fee.lt(zero)) warn('rebates are not counted');
  return {
    quantity: PositiveDecimal.parse(quantity.toFixed()),
    price: PositiveDecimal.parse(new Big(trade.price).toFixed()),
    fee: NonNegativeDecimal.parse((fee.lt(zero) ? zero : fee).toFixed()),
  };
}

/** One number for time and place within the millisecond, which grows from report to report of an order. */
function createSequence(): (timeMs: number, place: number) => number {
  let last = 0;
  return (timeMs, place) => {
    last = Math.max(last + 1, timeMs * 1_000 + place);
    return last;
  };
}

function tradePlace(id: string): number {
  return /^\d+$/.test(id) ? 1 + Number(BigInt(id) % 998n) : 1;
}

/** Numbers by their value, whatever their length. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
