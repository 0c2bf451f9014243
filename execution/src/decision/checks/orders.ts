import type { Considered } from '../considered.ts';
import { isProtective, type Order } from '../order.ts';
import { isHeld } from './positions.ts';

/**
 * An entry waits for every order of its symbol whose outcome is unknown, a protective one included: nobody can say what
 * is held. An exit only waits for another exit: the entry that may have been filled is no reason to stay.
 */
export function unknownOrder(considered: Considered): string | undefined {
  const inTheWay = considered.kind === 'entry' ? considered.orders : ordersInTheWay(considered);
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

/** Protective orders never are: they come and go with what is held. */
function ordersInTheWay(considered: Considered): readonly Order[] {
  const { kind, orders, takenBack } = considered;
  if (kind === 'entry') return orders.filter((order) => !isProtective(order));
  // Without a position an exit has nothing to wait for but entries that somebody else must take back.
  const leavesNothing = !isHeld(considered) && takenBack.length === 0;
  return orders.filter(({ role }) => role === 'exit' || (leavesNothing && role === 'entry'));
}
