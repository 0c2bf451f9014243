import { decimalOf, type Big } from '@heliograph/contracts';
import type { Draft } from '../state/draft.ts';
import { cancelled, triggered } from '../state/order-events.ts';
import { isProtective, legOf, type Order } from '../state/order.ts';
import { rulesOf, type Portfolio } from '../state/portfolio.ts';

/** An order that execution holds itself and that a price has reached, and which one. */
export interface Reached {
  readonly order: Order;
  readonly price: Big;
}

/** An order that goes out, also for those that end in its favour; base units. */
interface Sent extends Reached {
  quantity: Big | undefined;
  readonly others: Order[];
}

/**
 * What becomes of orders that one price has reached. Each fill of an entry is protected by orders of its own: those of the
 * same exit go out as one, or as few as the venue's largest order allows, for each by itself may be less than it takes, and all of
 * them more than it takes at once. One event for each of them, written together.
 */
export function triggeredTogether(
  portfolio: Portfolio,
  reached: readonly Reached[],
  timeMs: number,
): Draft[] {
  const sent: Sent[] = [];
  const last = new Map<string, Sent>();
  for (const { order, price } of reached) {
    const quantity = order.size.kind === 'base' ? decimalOf(order.size.quantity) : undefined;
    const exit = isProtective(order) ? `${order.signalId} ${legOf(order)}` : order.id;
    const { maxQuantity } = rulesOf(portfolio, order);
    const before = last.get(exit);
    const sum = quantity && before?.quantity?.plus(quantity);
    if (before && sum && (maxQuantity === undefined || sum.lte(maxQuantity))) {
      before.quantity = sum;
      before.others.push(order);
    } else {
      const next: Sent = { order, price, quantity, others: [] };
      last.set(exit, next);
      sent.push(next);
    }
  }
  return sent.flatMap(({ order, price, quantity, others }) => [
    triggered(portfolio, order, { timeMs, price, ...(others.length > 0 && { quantity }) }),
    ...others.map((other) => endedFor(portfolio, other, { order, timeMs })),
  ]);
}

function endedFor(
  portfolio: Portfolio,
  other: Order,
  { order, timeMs }: { order: Order; timeMs: number },
): Draft {
  const detail = `its part leaves with order ${order.id}`;
  return cancelled(portfolio, other, { timeMs, reason: 'POSITION_CLOSED', detail });
}
