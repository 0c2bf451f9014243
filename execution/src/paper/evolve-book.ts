import { Big, decimalOf, type OrderId } from '@heliograph/contracts';
import { instrumentKey } from '../instrument-key.ts';
import { changeBy, putHolding, quoteCurrencyOf } from './account.ts';
import type { EndedOrder, PaperBook, PaperBookState, RestingOrder } from './book.ts';
import { reportOf, type OrderEvent, type PaperEvent, type PaperEventOf } from './events.ts';

/** How many ended orders are remembered with all that happened to them. */
const reportsKept = 1_000;
/** How many are remembered at all; older ones can no longer be told from new ones but by their time. */
const endedKept = 20_000;

const zero = new Big('0');

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

function restingOrder(event: PaperEventOf<'order_accepted'>): RestingOrder {
  const { limitPrice, stopPrice, orderType = 'market', timeInForce = 'GTC' } = event;
  return {
    ...event,
    orderType,
    timeInForce,
    limitPrice: limitPrice === undefined ? undefined : decimalOf(limitPrice),
    stopPrice: stopPrice === undefined ? undefined : decimalOf(stopPrice),
    nearLimit: limitPrice === undefined ? undefined : Number(limitPrice),
    nearStop: stopPrice === undefined ? undefined : Number(stopPrice),
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
    quantity: decimalOf(event.quantity),
    price: decimalOf(event.price),
    fee: decimalOf(event.fee),
  };
  const { cash, holding } = changeBy(book, order, fill);
  book.cash = cash;
  putHolding(book.holdings, holding);
  const { timeMs, price, place } = event;
  const lastFill = place && { ...place, timeMs, price };
  if (event.complete ?? true) {
    const { orderId, venue, symbol, timeMs: placedMs } = order;
    end(book, { orderId, venue, symbol, timeMs: placedMs, lastFill });
    return;
  }
  book.resting.set(order.orderId, {
    ...order,
    lastFill,
    fills: order.fills + 1,
    filled: order.filled.plus(fill.quantity),
    spent: order.spent.plus(fill.quantity.times(fill.price)),
    spentOnFees: order.spentOnFees.plus(fill.fee),
  });
}

function end(
  book: PaperBookState,
  order: Pick<RestingOrder, 'orderId' | 'venue' | 'symbol' | 'timeMs' | 'lastFill'>,
): void {
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
