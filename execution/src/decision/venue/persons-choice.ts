import type { Difference } from './holdings.ts';
import type { Order } from '../state/order.ts';
import type { Portfolio } from '../state/portfolio.ts';

/**
 * What a person may take back: entries, and orders to leave that the venue did not list when it was compared with last. Such
 * a one may be in the way of all others for good, where it is not certain that it has sold nothing.
 */
export function personsChoice({
  reconciled,
}: Pick<Portfolio, 'reconciled'>): (order: Order) => boolean {
  const found: Difference[] = JSON.parse(reconciled?.found ?? '[]');
  const missed = new Set(
    found.filter(({ kind }) => kind === 'order').map(({ orderId }) => orderId),
  );
  return ({ id, role, reduceOnly }) => role === 'entry' || (reduceOnly && missed.has(id));
}
