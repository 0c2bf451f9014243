import type { OrderRequest } from './broker.ts';
import type { Order } from '../decision/order.ts';

/** The order as it goes to the venue. */
export function requestOf(order: Order): OrderRequest {
  const { id, venue, symbol, side, size, reduceOnly, timeMs } = order;
  return { id, venue, symbol, side, type: 'market', size, reduceOnly, timeMs };
}
