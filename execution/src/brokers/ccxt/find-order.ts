import { Big } from '@heliograph/contracts';
import { z } from 'zod';
import { FoundOrder, VenueTrade } from './answers.ts';
import type { CcxtVenue } from './load-venue.ts';
import { kindsOf } from './outcome.ts';
import type { VenueParticulars } from './venues.ts';

/** Whatever else is said of the orders of others, nobody here needs to understand it. */
const Named = z.looseObject({ clientOrderId: z.unknown() });

/**
 * The order under a client id, by a query or, where the venue takes none there, in its lists. Undefined when it answers
 * that there is none; throws when it does not answer.
 */
export async function findOrder(
  venue: Pick<
    CcxtVenue,
    | 'has'
    | 'fetchOrder'
    | 'fetchOpenOrders'
    | 'fetchClosedOrders'
    | 'fetchCanceledOrders'
    | 'fetchOrders'
  >,
  { knowsClientIds }: VenueParticulars,
  { clientId, symbol }: { clientId: string | number; symbol: string },
): Promise<FoundOrder | undefined> {
  if (knowsClientIds) {
    try {
      return FoundOrder.parse(
        await venue.fetchOrder(undefined, symbol, { clientOrderId: clientId }),
      );
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
    const orders = z.array(Named).parse(await list(symbol));
    const found = orders.find(({ clientOrderId }) => String(clientOrderId) === String(clientId));
    if (found) return FoundOrder.parse(found);
  }
  return undefined;
}

/** Its trades, page by page until they make up what the venue says was filled, or there are no more. */
export async function tradesOf(
  venue: CcxtVenue,
  { id, timestamp, filled }: FoundOrder,
  { symbol, contract }: { symbol: string; contract: boolean },
): Promise<VenueTrade[]> {
  if (filled !== undefined && new Big(filled).eq('0')) return [];
  const found = new Map<string, VenueTrade>();
  const isWhole = (): boolean => {
    const sum = [...found.values()].reduce((sum, { amount }) => sum.plus(amount), new Big('0'));
    return filled === undefined ? found.size > 0 : sum.gte(filled);
  };
  // Some know it for spot only, whatever they say.
  if (venue.has['fetchOrderTrades'] === true && !contract)
    for (const trade of trades(await venue.fetchOrderTrades(id, symbol)))
      found.set(trade.id, trade);
  let sinceMs = timestamp;
  while (venue.has['fetchMyTrades'] === true && !isWhole()) {
    const page = trades(await venue.fetchMyTrades(symbol, sinceMs));
    for (const trade of page) if (trade.order === id) found.set(trade.id, trade);
    const lastMs = page.at(-1)?.timestamp;
    if (lastMs === undefined || lastMs === sinceMs) break;
    sinceMs = lastMs;
  }
  return [...found.values()];
}

function trades(answer: unknown): VenueTrade[] {
  return z.array(VenueTrade).parse(answer);
}

export function isNotFound(error: unknown): boolean {
  return kindsOf(error).includes('OrderNotFound');
}
