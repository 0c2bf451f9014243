import type { RestingOrder } from './book.ts';
import type { Progress } from './progress.ts';
import type { Slice } from './slice.ts';

/**
 * Whether it is plain, without any exact arithmetic, that an order sees all of a slice and none of its prices comes near
 * enough to matter. Numbers are rounded the same way on both sides, so what is above or below as a number is so exactly;
 * what is equal is left to the decimals. False says nothing.
 */
export function isOutOfReach(order: RestingOrder, progress: Progress, slice: Slice): boolean {
  const { side, orderType, nearLimit, nearStop } = order;
  const { closeMs } = progress;
  if (!progress.seen || closeMs === undefined || order.goodTillMs !== undefined) return false;
  if (slice.sequence <= progress.upTo || slice.openTime < closeMs) return false;
  const isLimit = orderType === 'limit' || (orderType === 'stop_limit' && progress.triggered);
  if (isLimit && nearLimit !== undefined)
    return side === 'buy' ? slice.lowest > nearLimit : slice.highest < nearLimit;
  if (orderType === 'trailing_stop') return isTrailingOutOfReach(order, progress, slice);
  const isStop = orderType === 'stop' || orderType === 'stop_limit';
  if (isStop && !progress.triggered && nearStop !== undefined)
    return side === 'buy' ? slice.highest < nearStop : slice.lowest > nearStop;
  return false;
}

/** Its level is a product: what is nearer than any error of it counts as near. */
function isTrailingOutOfReach(order: RestingOrder, progress: Progress, slice: Slice): boolean {
  const { side, trailingBps = 0, nearStop } = order;
  const { nearBest, triggered } = progress;
  if (triggered || nearBest === undefined) return false;
  const distance = (nearBest * trailingBps) / 10_000;
  const margin = nearBest * 1e-9;
  if (side === 'sell') {
    const level = Math.max(nearBest - distance + margin, nearStop ?? 0);
    return slice.highest < nearBest && slice.lowest > level;
  }
  const level = Math.min(nearBest + distance - margin, nearStop ?? Infinity);
  return slice.lowest > nearBest && slice.highest < level;
}
