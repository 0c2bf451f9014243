import type { Big } from '@heliograph/contracts';
import type { RestingOrder } from './book.ts';
import type { Progress } from './progress.ts';
import type { Slice } from './slice.ts';
import { triggerIn } from './trigger.ts';
import type { View } from './view.ts';

/** Where the order stands after the slice; `view` is what it has seen of it, if anything. */
export function progressAfter(
  order: RestingOrder,
  before: Progress,
  slice: Slice,
  view: View | undefined,
): Progress {
  if (!view) return { ...before, upTo: slice.sequence };
  const triggered = before.triggered || triggerIn(order, before, view) !== undefined;
  const reached = order.side === 'sell' ? view.range.high : view.range.low;
  const start = before.best ?? view.first;
  const best =
    order.orderType !== 'trailing_stop' || start === undefined
      ? undefined
      : isBetter(reached, start, order.side)
        ? reached
        : start;
  return {
    upTo: slice.sequence,
    closeMs: slice.closeTime,
    seen: before.seen || view.first !== undefined,
    triggered,
    best,
    nearBest: best === before.best ? before.nearBest : best && Number(best.toFixed()),
  };
}

function isBetter(price: Big, best: Big, side: 'buy' | 'sell'): boolean {
  return side === 'sell' ? price.gt(best) : price.lt(best);
}
