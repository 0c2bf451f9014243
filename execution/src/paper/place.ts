import { Big, PositiveDecimal, type ReasonCode } from '@heliograph/contracts';
import type { OrderRequest, Placement } from '../brokers/broker.ts';
import { quoteCurrencyOf } from './account.ts';
import { settingsOf, type PaperBook } from './book.ts';
import type { FillPlace, PaperEvent } from './events.ts';
import { multiple } from './price.ts';
import { rulesFor, type TradingRules } from './rules.ts';

export interface Placing {
  readonly placement: Placement;
  readonly events: readonly PaperEvent[];
}

/** What is known of the tape where an order is placed. */
export interface TapeKnown {
  /** What comes after it can fill the order. */
  readonly sequence?: number;
  /** The length of the shortest candles of its symbol, where there are several lengths. */
  readonly shortestCandleMs?: number;
}

const taken: Placement = { status: 'taken' };

/** Takes an order, or says why not: without an event when it is known already, or refused by the rules. */
export function place(book: PaperBook, order: OrderRequest, tape: TapeKnown = {}): Placing {
  if (book.resting.has(order.id)) return { placement: taken, events: [] };
  const ended = book.ended.get(order.id);
  if (ended)
    return {
      placement: ended.abandoned ? { status: 'rejected', ...ended.abandoned } : taken,
      events: [],
    };
  const refusal = refusalOf(book, order);
  if (refusal) return { placement: { status: 'rejected', ...refusal }, events: [] };
  return { placement: taken, events: [accepted(book, order, tape)] };
}

function accepted(book: PaperBook, order: OrderRequest, tape: TapeKnown): PaperEvent {
  const { id, venue, symbol, side, type, size, reduceOnly, timeMs, timeInForce } = order;
  const { limitPrice, stopPrice, trailingBps, goodTillMs, protects } = order;
  const from = protects && type !== 'market' ? lastFillOf(book, protects) : undefined;
  return {
    type: 'order_accepted',
    orderId: id,
    venue,
    symbol,
    side,
    size,
    reduceOnly,
    timeMs,
    tapeSequence: tape.sequence ?? order.tapeSequence ?? 0,
    // As the books have always had it, where there is no more to say.
    ...(type !== 'market' && { orderType: type }),
    ...(limitPrice !== undefined && { limitPrice: PositiveDecimal.parse(limitPrice) }),
    ...(stopPrice !== undefined && { stopPrice: PositiveDecimal.parse(stopPrice) }),
    ...(trailingBps !== undefined && { trailingBps }),
    ...(timeInForce !== 'GTC' && { timeInForce }),
    ...(goodTillMs !== undefined && { goodTillMs }),
    ...(protects !== undefined && { protects }),
    ...(from && { from }),
    ...(tape.shortestCandleMs !== undefined && { shortestCandleMs: tape.shortestCandleMs }),
  };
}

function lastFillOf(book: PaperBook, orderId: OrderRequest['id']): FillPlace | undefined {
  return (book.resting.get(orderId) ?? book.ended.get(orderId))?.lastFill;
}

interface Refusal {
  readonly reason: ReasonCode;
  readonly detail: string;
}

function refusalOf(book: PaperBook, order: OrderRequest): Refusal | undefined {
  if (book.forgottenMs !== undefined && order.timeMs <= book.forgottenMs)
    return refuse('EXPIRED', 'orders of that time can no longer be placed');
  const currency = quoteCurrencyOf(order.symbol);
  if (book.currency !== undefined && book.currency !== currency)
    return refuse(
      'UNKNOWN_SYMBOL',
      `${order.symbol} is paid in ${currency}, the account holds ${book.currency}`,
    );
  const settings = settingsOf(book);
  const rules = rulesFor(settings, order.symbol);
  const hasInstrument = settings.instruments?.[order.symbol] !== undefined;
  return (
    incomplete(order) ??
    wrongPrice('limitPrice', order.limitPrice, rules) ??
    wrongPrice('stopPrice', order.stopPrice, rules) ??
    (hasInstrument ? wrongSize(order, rules) : undefined)
  );
}

/** What belongs to its type and its time in force must be there, and nothing else. */
function incomplete(order: OrderRequest): Refusal | undefined {
  const { type, timeInForce } = order;
  const needs = {
    limitPrice: type === 'limit' || type === 'stop_limit',
    stopPrice: type === 'stop' || type === 'stop_limit',
    trailingBps: type === 'trailing_stop',
  };
  for (const field of ['limitPrice', 'stopPrice', 'trailingBps'] as const) {
    if (needs[field] && order[field] === undefined)
      return refuse('UNSUPPORTED_ORDER', `a ${type} order needs a ${field}`);
    const isExtra = !needs[field] && order[field] !== undefined;
    if (isExtra && !(field === 'stopPrice' && type === 'trailing_stop'))
      return refuse('UNSUPPORTED_ORDER', `a ${type} order takes no ${field}`);
  }
  if (type === 'trailing_stop' && !((order.trailingBps ?? 0) > 0))
    return refuse('UNSUPPORTED_ORDER', 'trailingBps must be above 0');
  if (timeInForce === 'PO' && type !== 'limit')
    return refuse('UNSUPPORTED_ORDER', `a ${type} order cannot be post only`);
  if (timeInForce === 'GTD' && order.goodTillMs === undefined)
    return refuse('UNSUPPORTED_ORDER', 'an order that is good till a time needs goodTillMs');
  if (timeInForce !== 'GTD' && order.goodTillMs !== undefined)
    return refuse('UNSUPPORTED_ORDER', `a ${timeInForce} order takes no goodTillMs`);
  return undefined;
}

function wrongPrice(
  field: string,
  price: string | undefined,
  { tickSize }: TradingRules,
): Refusal | undefined {
  if (price === undefined) return undefined;
  if (!PositiveDecimal.safeParse(price).success)
    return refuse('INVALID_PRICE', `${field} ${price} is no decimal number above 0`);
  if (tickSize === undefined || new Big(price).eq(multiple(new Big(price), tickSize)))
    return undefined;
  return refuse('INVALID_PRICE', `${field} ${price} is no multiple of the tick ${tickSize}`);
}

/** What an instrument allows, as far as price and quantity are known; the rest is looked at when it is filled. */
function wrongSize(order: OrderRequest, rules: TradingRules): Refusal | undefined {
  const { size, reduceOnly } = order;
  const { lotSize, minQuantity, maxQuantity, minNotional } = rules;
  if (size.kind === 'quote')
    return !reduceOnly && minNotional !== undefined && new Big(size.notional).lt(minNotional)
      ? refuse('BELOW_MINIMUM', `${size.notional} is less than ${minNotional}`)
      : undefined;
  const quantity = multiple(new Big(size.quantity), lotSize);
  if (quantity.lte('0'))
    return refuse('BELOW_MINIMUM', `${size.quantity} is less than one lot of ${lotSize}`);
  if (maxQuantity !== undefined && quantity.gt(maxQuantity))
    return refuse('ABOVE_MAXIMUM', `${size.quantity} is more than ${maxQuantity}`);
  // A position must be closable to the last lot, however small it has become.
  if (reduceOnly) return undefined;
  if (minQuantity !== undefined && quantity.lt(minQuantity))
    return refuse('BELOW_MINIMUM', `${size.quantity} is less than ${minQuantity}`);
  const price = order.limitPrice ?? order.stopPrice;
  if (price === undefined || minNotional === undefined) return undefined;
  const notional = quantity.times(price);
  return notional.lt(minNotional)
    ? refuse('BELOW_MINIMUM', `${notional.toFixed()} is less than ${minNotional}`)
    : undefined;
}

function refuse(reason: ReasonCode, detail: string): Refusal {
  return { reason, detail };
}
