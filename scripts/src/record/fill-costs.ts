import type { Draft } from '@heliograph/execution';
import { createCostMeter, type Costs } from '@heliograph/trade-log';

/** What the fills of a journal came to. */
export interface FillCosts {
  onEvent(event: Draft): void;
  costs(): Costs;
}

export function createFillCosts(): FillCosts {
  const meter = createCostMeter();
  /**
   * Of orders that may still be filled. Where a trailing stop began is no price at which anybody wanted to leave: it has none
   * before the price of the tape that triggered it is known, and what it is filled at is not held against anything until then.
   */
  const referencePrices = new Map<string, string>();
  return {
    onEvent(event) {
      switch (event.type) {
        case 'order_intended':
          if (event.data.orderType !== 'trailing_stop')
            referencePrices.set(event.data.orderId, event.data.referencePrice);
          break;
        case 'order_triggered':
          if (!referencePrices.has(event.data.orderId))
            referencePrices.set(event.data.orderId, event.data.price);
          break;
        case 'order_filled': {
          const { orderId, price, complete } = event.data;
          const referencePrice = referencePrices.get(orderId) ?? price;
          meter.add({ ...event.data, referencePrice });
          if (complete) referencePrices.delete(orderId);
          break;
        }
        case 'order_rejected':
        case 'order_cancelled':
          referencePrices.delete(event.data.orderId);
          break;
        default:
          break;
      }
    },
    costs: () => meter.costs(),
  };
}
