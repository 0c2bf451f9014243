import type { OrderRequest } from '../brokers/broker.ts';
import type { Order } from './order.ts';

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
