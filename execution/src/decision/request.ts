import type { OrderRequest, TimeInForce } from '../brokers/broker.ts';
import type { Order } from './state/order.ts';

/** The order as it goes to the venue. */
export function requestOf(order: Order): OrderRequest {
  const { id, venue, symbol, side, type, size, reduceOnly, timeMs, timeInForce } = order;
  const { limitPrice, stopPrice, trailingBps, protects, expiryMs } = order;
  return {
    id,
    venue,
    symbol,
    side,
    type,
    size,
    ...(limitPrice !== undefined && { limitPrice }),
    ...(stopPrice !== undefined && { stopPrice }),
    ...(trailingBps !== undefined && { trailingBps }),
    ...(protects !== undefined && { protects }),
    timeInForce,
    ...(timeInForce === 'GTD' && { goodTillMs: expiryMs }),
    reduceOnly,
    timeMs,
  };
}

/** The order as it goes to a venue that keeps those times in force: where no time is kept, execution ends it then. */
export function asKept(request: OrderRequest, timesInForce: readonly TimeInForce[]): OrderRequest {
  if (request.timeInForce !== 'GTD' || timesInForce.includes('GTD')) return request;
  const { goodTillMs: _, ...rest } = request;
  return { ...rest, timeInForce: 'GTC' };
}
