import { Big, toPositive } from '@heliograph/contracts';
import { leaving } from './on-its-way.ts';
import type { Order } from '../state/order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { Portfolio } from '../state/portfolio.ts';

/** What there is for an order that was triggered: of those that were triggered with it the earlier ones come first. */
function leftFor(order: Order, portfolio: Portfolio): Big {
  const key = instrumentKey(order);
  const held = portfolio.positions.get(key)?.quantity ?? new Big('0');
  return held.minus(leaving(portfolio, key, (other) => comesBefore(other, order, portfolio)));
}

/** Whether those that were triggered before it leave with all of the position. */
export function hasNothingLeft(order: Order, portfolio: Portfolio): boolean {
  return order.triggeredMs !== undefined && order.reduceOnly && leftFor(order, portfolio).lte('0');
}

function comesBefore(other: Order, order: Order, { orders }: Portfolio): boolean {
  if (other.id === order.id) return false;
  if (other.triggeredMs === undefined || order.triggeredMs === undefined) return true;
  if (other.triggeredMs !== order.triggeredMs) return other.triggeredMs < order.triggeredMs;
  for (const id of orders.keys()) if (id === other.id || id === order.id) return id === other.id;
  return false;
}

/** What execution held itself goes out as a market order, for no more than is there. */
export function sized(order: Order, portfolio: Portfolio): Order {
  if (order.triggeredMs === undefined) return order;
  const { limitPrice, stopPrice: _, trailingBps: __, ...rest } = order;
  const sent: Order =
    order.type === 'stop_limit' && limitPrice !== undefined
      ? { ...rest, type: 'limit', limitPrice }
      : { ...rest, type: 'market' };
  const left = leftFor(order, portfolio);
  const isMore = order.reduceOnly && order.size.kind === 'base' && left.lt(order.size.quantity);
  return {
    ...sent,
    timeMs: order.triggeredMs,
    ...(isMore && { size: { kind: 'base', quantity: toPositive(left) } }),
  };
}
