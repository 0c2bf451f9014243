import { decimalOf, type OrderId } from '@heliograph/contracts';
import { instrumentKey } from '../instrument-key.ts';
import { changeBy, changed, type Account } from './account.ts';
import { attemptOf, type Attempt } from './attempt.ts';
import { settingsOf, type PaperBook, type RestingOrder } from './book.ts';
import type { PaperEvent } from './events.ts';
import { fill } from './fill.ts';
import { progressOf, type Progress } from './progress.ts';
import { progressAfter } from './progress-after.ts';
import { isOutOfReach } from './reach.ts';
import { rulesFor, type TradingRules } from './rules.ts';
import type { Slice } from './slice.ts';
import { viewOf } from './view.ts';

/** Where one price reaches hundreds of orders, the rest comes next: a log takes no more than `mostAppended` at once. */
const mostAtOnce = 500;

export type ProgressMap = ReadonlyMap<OrderId, Progress>;

/**
 * What comes next in a slice: all that happens in its earliest stage with anything in it, in order of placement. Write
 * that, let whoever placed the orders answer to it (orders that protect what was filled belong to the same slice), and
 * ask again until nothing comes; then `finish` the slice.
 */
export function nextEvents(book: PaperBook, known: ProgressMap, slice: Slice): PaperEvent[] {
  const ids = book.restingIn.get(instrumentKey(slice));
  if (!ids) return [];
  const rules = rulesFor(settingsOf(book), slice.symbol);
  let earliest = 4;
  let due: { order: RestingOrder; attempt: Attempt }[] = [];
  for (const order of restingOf(book, ids)) {
    const attempt = look(order, known, slice, rules);
    if (!attempt || attempt.stage > earliest) continue;
    if (attempt.stage < earliest) due = [];
    earliest = attempt.stage;
    due.push({ order, attempt });
  }
  const place = { sequence: slice.sequence, closeTimeMs: slice.closeTime };
  const events: PaperEvent[] = [];
  let account: Account = book;
  for (const { order, attempt } of due) {
    if (events.length >= mostAtOnce) break;
    const outcome = eventsOf(order, attempt, { slice, account, rules });
    for (const event of outcome) {
      // What comes of the last one nobody asks before it is in the book.
      if (due.length > 1) account = accountAfter(account, order, event);
      events.push(isEnding(event) ? { ...event, place } : event);
    }
  }
  return events;
}

/** How far the orders of the slice's instrument have come once nothing more comes of the slice. */
export function finish(book: PaperBook, known: Map<OrderId, Progress>, slice: Slice): void {
  const ids = book.restingIn.get(instrumentKey(slice));
  if (!ids) return;
  const rules = rulesFor(settingsOf(book), slice.symbol);
  for (const order of restingOf(book, ids)) {
    const before = progressOf(known, order);
    if (before.upTo >= slice.sequence) continue;
    if (isOutOfReach(order, before, slice)) {
      before.upTo = slice.sequence;
      before.closeMs = slice.closeTime;
      known.set(order.orderId, before);
      continue;
    }
    const view = viewOf(order, before, slice, rules);
    known.set(order.orderId, progressAfter(order, before, slice, view));
  }
}

function* restingOf(book: PaperBook, ids: ReadonlySet<OrderId>): Generator<RestingOrder> {
  for (const id of ids) {
    const order = book.resting.get(id);
    if (order) yield order;
  }
}

function look(
  order: RestingOrder,
  known: ProgressMap,
  slice: Slice,
  rules: TradingRules,
): Attempt | undefined {
  const progress = progressOf(known, order);
  if (isOutOfReach(order, progress, slice)) return undefined;
  const view = viewOf(order, progress, slice, rules);
  return view && attemptOf({ order, progress, view, slice, rules });
}

function eventsOf(
  order: RestingOrder,
  attempt: Attempt,
  context: { slice: Slice; account: Account; rules: TradingRules },
): PaperEvent[] {
  if (attempt.type === 'trade') return fill(order, attempt, context);
  const { type, reason, detail, timeMs } = attempt;
  return [{ type, orderId: order.orderId, timeMs, reason, detail }];
}

function isEnding(event: PaperEvent) {
  return event.type === 'order_cancelled' || event.type === 'order_rejected';
}

function accountAfter(account: Account, order: RestingOrder, event: PaperEvent): Account {
  if (event.type !== 'order_filled') return account;
  const fill = {
    side: order.side,
    quantity: decimalOf(event.quantity),
    price: decimalOf(event.price),
    fee: decimalOf(event.fee),
  };
  return changed(account, changeBy(account, order, fill));
}
