import { z } from 'zod';
import { FoundOrder, VenueTrade } from './answers.ts';
import type { CcxtVenue } from './load-venue.ts';
import { kindsOf } from './outcome.ts';
import type { VenueParticulars } from './venues.ts';
import type { OrderReference } from '../broker.ts';

/**
 * The order under our id, by a query or, where the venue does not take our ids, in its lists. Undefined when it answers
 * that there is none; throws when it does not answer.
 */
export async function findOrder(
  venue: CcxtVenue,
  { knowsClientIds }: VenueParticulars,
  { id, symbol }: OrderReference,
): Promise<FoundOrder | undefined> {
  if (knowsClientIds) {
    try {
      return FoundOrder.parse(await venue.fetchOrder(undefined, symbol, { clientOrderId: id }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
  // Open ones first: an order that ends in between is in the later lists.
  const lists: ((symbol: string) => Promise<unknown>)[] = [
    (symbol) => venue.fetchOpenOrders(symbol),
  ];
  if (venue.has['fetchClosedOrders'] === true)
    lists.push((symbol) => venue.fetchClosedOrders(symbol));
  if (venue.has['fetchCanceledOrders'] === true)
    lists.push((symbol) => venue.fetchCanceledOrders(symbol));
  if (venue.has['fetchOrders'] === true) lists.push((symbol) => venue.fetchOrders(symbol));
  for (const list of lists) {
    const orders = z.array(FoundOrder).parse(await list(symbol));
    const found = orders.find(({ clientOrderId }) => clientOrderId === id);
    if (found) return found;
  }
  return undefined;
}

export async function tradesOf(
  venue: CcxtVenue,
  { id, timestamp, filled }: FoundOrder,
  symbol: string,
): Promise<VenueTrade[]> {
  if (filled !== undefined && Number(filled) === 0) return [];
  if (venue.has['fetchOrderTrades'] === true)
    return z.array(VenueTrade).parse(await venue.fetchOrderTrades(id, symbol));
  const trades = z.array(VenueTrade).parse(await venue.fetchMyTrades(symbol, timestamp));
  return trades.filter(({ order }) => order === id);
}

export function isNotFound(error: unknown): boolean {
  return kindsOf(error).includes('OrderNotFound');
}
