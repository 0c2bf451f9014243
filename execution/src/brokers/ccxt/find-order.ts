import { Big } from '@heliograph/contracts';
import { z } from 'zod';
import { FoundOrder, VenueTrade } from './answers.ts';
import type { CcxtVenue } from './load-venue.ts';
import { kindsOf } from './outcome.ts';
import { compareIds } from './reports.ts';
import type { VenueParticulars } from './venues.ts';

/** Whatever else is said of the orders of others, nobody here needs to understand it. */
const Named = z.looseObject({ clientOrderId: z.unknown() });

/** An order is not older than it was decided, as far as the clocks agree. */
const marginMs = 86_400_000;
const weekMs = 7 * marginMs;

/**
 * The order under a client id, by a query or, where the venue takes none there, in its lists. Undefined when it answers
 * that there is none; throws when it does not answer, or lists so many that it may have left this one out.
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
  { knowsClientIds, mostListed }: VenueParticulars,
  {
    clientId,
    symbol,
    timeMs,
  }: { clientId: string | number; symbol: string; timeMs?: number | undefined },
): Promise<FoundOrder | undefined> {
  if (knowsClientIds) {
    try {
      // KuCoin wants to hear an id besides, and makes nothing of it.
      const id = String(clientId);
      return FoundOrder.parse(await venue.fetchOrder(id, symbol, { clientOrderId: clientId }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
  const isOurs = ({ clientOrderId }: z.infer<typeof Named>): boolean =>
    String(clientOrderId) === String(clientId);
  // Open ones first: an order that ends in between is in the later lists.
  const open = listed(await venue.fetchOpenOrders(symbol)).find(isOurs);
  if (open) return FoundOrder.parse(open);
  for (const method of endedLists) {
    if (venue.has[method] !== true) continue;
    const ask = async (sinceMs: number | undefined) =>
      listed(await venue[method](symbol, sinceMs, mostListed));
    const isFull = (orders: readonly unknown[]): boolean =>
      mostListed !== undefined && orders.length >= mostListed;
    let ended = await ask(undefined);
    if (timeMs !== undefined && isFull(ended) && !ended.some(isOurs))
      ended = await ask(timeMs - marginMs);
    const found = ended.find(isOurs);
    if (found) return FoundOrder.parse(found);
    if (isFull(ended))
      throw new Error(`it lists ${ended.length} orders of ${symbol} and may have more`);
  }
  return undefined;
}

function listed(answer: unknown) {
  return z.array(Named).parse(answer);
}

const endedLists = ['fetchClosedOrders', 'fetchCanceledOrders', 'fetchOrders'] as const;

/**
 * Its trades: those that the venue has under the order, and as long as they do not make up what it says was filled, those of
 * the account since then, page by page, until there are no more.
 */
export async function tradesOf(
  venue: Pick<CcxtVenue, 'has' | 'fetchOrderTrades' | 'fetchMyTrades'>,
  { tradesByOrder }: Pick<VenueParticulars, 'tradesByOrder'>,
  { id, symbol, timestamp, filled, lastUpdateTimestamp }: FoundOrder,
): Promise<VenueTrade[]> {
  if (filled !== undefined && new Big(filled).eq('0')) return [];
  const found = new Map<string, VenueTrade>();
  const isWhole = (): boolean => {
    const sum = [...found.values()].reduce((sum, { amount }) => sum.plus(amount), new Big('0'));
    return filled === undefined ? found.size > 0 : sum.gte(filled);
  };
  const take = (page: readonly VenueTrade[]): void => {
    for (const trade of page) if (trade.order === id) found.set(trade.id, trade);
  };
  if (venue.has['fetchOrderTrades'] === true)
    for (const trade of await underOrder(venue, id, symbol)) found.set(trade.id, trade);
  if (venue.has['fetchMyTrades'] !== true) return [...found.values()];
  const askByOrder = async (): Promise<void> => {
    const last = [...found.keys()].toSorted(compareIds).at(-1);
    const params = tradesByOrder?.(id, last);
    if (params) take(trades(await venue.fetchMyTrades(symbol, undefined, undefined, params)));
  };
  for (let known = -1; !isWhole() && found.size > known;) {
    known = found.size;
    await askByOrder();
  }
  let sinceMs = timestamp;
  while (!isWhole()) {
    const page = trades(await venue.fetchMyTrades(symbol, sinceMs));
    take(page);
    const lastMs = page.at(-1)?.timestamp;
    // Some show what follows within a week: after one without trades comes the next.
    const nextMs = lastMs === undefined || lastMs === sinceMs ? (sinceMs ?? 0) + weekMs : lastMs;
    if (nextMs !== lastMs && nextMs > (lastUpdateTimestamp ?? 0)) break;
    sinceMs = nextMs;
  }
  return [...found.values()];
}

/** None where it is known for spot only, whatever ccxt says of it. */
async function underOrder(
  venue: Pick<CcxtVenue, 'fetchOrderTrades'>,
  id: string,
  symbol: string,
): Promise<readonly VenueTrade[]> {
  try {
    return trades(await venue.fetchOrderTrades(id, symbol));
  } catch (error) {
    if (kindsOf(error).includes('NotSupported')) return [];
    throw error;
  }
}

function trades(answer: unknown): VenueTrade[] {
  return z.array(VenueTrade).parse(answer);
}

export function isNotFound(error: unknown): boolean {
  return kindsOf(error).includes('OrderNotFound');
}
