import { Big, exactly } from '@heliograph/contracts';
import type { RestingOrder } from './book.ts';
import type { Progress } from './progress.ts';
import type { View } from './view.ts';

export interface Trigger {
  /** `first`: at the first price that the order meets. `inside`: at some moment after it. */
  readonly at: 'first' | 'inside';
  readonly price: Big;
}

const basisPoint = new Big('0.0001');
const one = new Big('1');

/** Whether and where a slice reaches a stop that had not been reached before. */
export function triggerIn(
  order: RestingOrder,
  progress: Progress,
  view: View,
): Trigger | undefined {
  const level = levelOf(order, progress, view);
  if (level === undefined) return undefined;
  const isBeyond = (price: Big): boolean =>
    order.side === 'sell' ? price.lte(level) : price.gte(level);
  if (view.first && isBeyond(view.first)) return { at: 'first', price: view.first };
  const worst = order.side === 'sell' ? view.prices.low : view.prices.high;
  const price = view.begins && isBeyond(view.begins) ? view.begins : isBeyond(worst) && level;
  return price ? { at: 'inside', price: traded(price, order, view) } : undefined;
}

/** What it protects may have been filled, slipped, at a price that the tape never had; nothing is better than that. */
function traded(price: Big, { side }: RestingOrder, { prices: { low, high } }: View): Big {
  if (side === 'sell') return price.lt(high) ? price : high;
  return price.gt(low) ? price : low;
}

/** The price that triggers the order; undefined where nothing needs to. */
function levelOf(order: RestingOrder, progress: Progress, view: View): Big | undefined {
  if (progress.triggered) return undefined;
  switch (order.orderType) {
    case 'market':
    case 'limit':
      return undefined;
    case 'stop':
    case 'stop_limit':
      return order.stopPrice;
    case 'trailing_stop':
      return trailingLevel(order, progress.best ?? view.first);
  }
}

function trailingLevel(order: RestingOrder, best: Big | undefined): Big | undefined {
  const { side, stopPrice, trailingBps } = order;
  if (best === undefined || trailingBps === undefined) return stopPrice;
  const distance = exactly(trailingBps).times(basisPoint);
  const level = best.times(side === 'sell' ? one.minus(distance) : one.plus(distance));
  if (stopPrice === undefined) return level;
  const isFurther = side === 'sell' ? stopPrice.gt(level) : stopPrice.lt(level);
  return isFurther ? stopPrice : level;
}
