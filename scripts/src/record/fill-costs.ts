import type { Draft } from '@heliograph/execution';
import { createCostMeter, type Costs } from '@heliograph/trade-log';

/** What the fills of a journal came to. */
export interface FillCosts {
  onEvent(event: Draft): void;
  costs(): Costs;
}

export function createFillCosts(): FillCosts {
  const meter = createCostMeter();
  /** Of orders that may still be filled. */
  const referencePrices = new Map<string, string>();
  return {
    onEvent(event) {
      switch (event.type) {
        case 'order_intended':
          referencePrices.set(event.data.orderId, event.data.referencePrice);
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
