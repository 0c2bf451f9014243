import { toNonNegative, toPositive, type Big } from '@heliograph/contracts';
import { draft, type Draft, type DraftContext, type DraftOf } from './draft.ts';
import type { Ending, Order } from './order.ts';
import type { Portfolio } from './portfolio.ts';

/** What happens to an order beside its fills, as events. */

const maxDetail = 512;
/** In place of the venue's order id, where execution holds an order itself. */
export const heldHere = 'held';

/** The venue has refused the order, or will never have it. */
export function rejected(portfolio: Portfolio, order: Order, ending: Ending): Draft {
  return draft('order_rejected', contextOf(portfolio, order, ending.timeMs), {
    ...orderFacts(order),
    reason: ending.reason,
    detail: shortened(ending.detail),
  });
}

/** The order has ended without being filled whole. */
export function cancelled(portfolio: Portfolio, order: Order, ending: Ending): Draft {
  return draft('order_cancelled', contextOf(portfolio, order, ending.timeMs), {
    ...orderFacts(order),
    reason: ending.reason,
    detail: shortened(ending.detail),
    filledQuantity: toNonNegative(order.filledQuantity),
  });
}

/** The venue's answer is missing. */
export function outcomeUnknown(
  portfolio: Portfolio,
  order: Order,
  { timeMs, detail }: { timeMs: number; detail: string },
): Draft {
  return draft('order_unknown', repeatable(portfolio, order, timeMs), {
    ...orderFacts(order),
    detail: shortened(detail),
  });
}

/** An order that execution holds itself is there, as far as anybody can tell. */
export function held(portfolio: Portfolio, order: Order): Draft {
  return accepted(portfolio, order, { timeMs: order.timeMs, venueOrderId: heldHere });
}

/** The venue has taken the order. */
export function accepted(
  portfolio: Portfolio,
  order: Order,
  { timeMs, venueOrderId }: { timeMs: number; venueOrderId: string },
): Draft {
  return draft('order_accepted', repeatable(portfolio, order, timeMs), {
    ...orderFacts(order),
    venueOrderId,
  });
}

/** The price has reached an order that execution holds itself; `quantity`: where it goes out for others, too, base units. */
export function triggered(
  portfolio: Portfolio,
  order: Order,
  { timeMs, price, quantity }: { timeMs: number; price: Big; quantity?: Big | undefined },
): Draft {
  return draft('order_triggered', contextOf(portfolio, order, timeMs), {
    ...orderFacts(order),
    price: toPositive(price),
    ...(quantity && { quantity: toPositive(quantity) }),
  });
}

/** The wish to take an order back. */
export function cancelIntended(
  portfolio: Portfolio,
  order: Order,
  why: Pick<
    DraftOf<'order_cancel_intended'>['data'],
    'reason' | 'detail' | 'signalId' | 'leave'
  > & {
    readonly timeMs: number;
  },
): Draft {
  const { timeMs, detail, ...reason } = why;
  const context = contextOf(portfolio, order, timeMs);
  return draft(
    'order_cancel_intended',
    { ...context, causationId: why.signalId ?? order.signalId },
    { ...orderFacts(order), ...reason, detail: shortened(detail) },
  );
}

/** What can happen to an order more than once is a new event each time. */
function repeatable(portfolio: Portfolio, order: Order, timeMs: number): DraftContext {
  const context = contextOf(portfolio, order, timeMs);
  return order.changes === 0 ? context : { ...context, key: `${order.id} ${order.changes}` };
}

/** As long as the journal takes it. */
export function shortened(detail: string): string {
  return detail.length > maxDetail ? `${detail.slice(0, maxDetail - 1)}…` : detail;
}

export function orderFacts({ id, venue, symbol, side }: Order) {
  return { orderId: id, venue, symbol, side };
}

export function contextOf(portfolio: Portfolio, order: Order, timeMs: number): DraftContext {
  return {
    portfolio: portfolio.name,
    key: order.id,
    timeMs,
    subject: order.symbol,
    correlationId: order.correlationId,
    causationId: order.signalId,
  };
}
