import type { Considered } from '../considered.ts';
import { isOnItsWay, isReversing, leaving } from '../exits/on-its-way.ts';
import { isProtective, type Order } from '../state/order.ts';
import { isHeld } from './positions.ts';

/**
 * An entry waits for every order of its symbol whose outcome is unknown, a protective one included: nobody can say what
 * is held; so does a write-off. An exit only waits for another exit: the entry that may have been filled is no reason to stay.
 */
export function unknownOrder(considered: Considered): string | undefined {
  const { kind, orders } = considered;
  const inTheWay = kind === 'exit' ? ordersInTheWay(considered) : orders;
  const unknown = inTheWay.find((order) => order.status === 'unknown');
  return unknown && `the outcome of order ${unknown.id} is unknown`;
}

export function pendingOrder(considered: Considered): string | undefined {
  const pending = ordersInTheWay(considered)[0];
  return pending && `order ${pending.id} is ${pending.status.replace('_', ' ')}`;
}

export function nothingToCancel({ signal, takenBack }: Considered): string | undefined {
  return takenBack.length === 0 ? `no open entry in ${signal.data.symbol}` : undefined;
}

/**
 * Protective orders come and go with what is held; one is in the way of an exit only when all that is held leaves by it
 * already, for a venue without `reduceOnly` would sell it twice.
 */
function ordersInTheWay(considered: Considered): readonly Order[] {
  const { kind, orders, takenBack, signal } = considered;
  // What leaves at once would leave with what an entry brings, and a reversal would close the position a second time.
  // Of what is to be written off it may be the part that is missing.
  if (kind !== 'exit') return orders.filter((order) => !isProtective(order) || isOnItsWay(order));
  // Without a position an exit has nothing to wait for but entries that somebody else must take back.
  const leavesNothing = !isHeld(considered) && takenBack.length === 0;
  const isLeaving = isHeld(considered) && takenBack.length === 0 && isAllLeaving(considered);
  return orders.filter(
    (order) =>
      // Of its own orders one may be lost while the others are on their way.
      (order.role === 'exit' && order.signalId !== signal.id) ||
      (leavesNothing && order.role === 'entry') ||
      (isLeaving && (isOnItsWay(order) || isReversal(considered, order))),
  );
}

function isReversal({ position }: Considered, order: Order): boolean {
  return position !== undefined && isReversing(order, position);
}

function isAllLeaving({ portfolio, key, position }: Considered): boolean {
  return position !== undefined && leaving(portfolio, key).gte(position.quantity);
}
