import type { Big, EventId, OrderId, OrderSize } from '@heliograph/contracts';
import type { DraftOf } from './draft.ts';

/**
 * An order's life. `unknown`: the venue's answer is missing. Filled, cancelled and rejected are final, but for a fill
 * that was on its way when the cancel came.
 */
export type OrderStatus =
  | 'intended'
  | 'accepted'
  | 'partially_filled'
  | 'filled'
  | 'cancelled'
  | 'rejected'
  | 'unknown';

export type OrderEventType =
  | 'order_accepted'
  | 'order_filled'
  | 'order_rejected'
  | 'order_cancelled'
  | 'order_unknown';

/** The status after each event; undefined where the event says nothing new and is dropped. */
const transitions: Record<OrderStatus, Partial<Record<OrderEventType, OrderStatus>>> = {
  intended: {
    order_accepted: 'accepted',
    order_filled: 'partially_filled',
    order_rejected: 'rejected',
    order_cancelled: 'cancelled',
    order_unknown: 'unknown',
  },
  accepted: {
    order_filled: 'partially_filled',
    order_rejected: 'rejected',
    order_cancelled: 'cancelled',
    order_unknown: 'unknown',
  },
  partially_filled: { order_filled: 'partially_filled', order_cancelled: 'cancelled' },
  filled: {},
  // A fill can overtake the cancel on its way: the money moved, so it counts.
  cancelled: { order_filled: 'cancelled' },
  rejected: {},
  unknown: {
    order_accepted: 'accepted',
    order_filled: 'partially_filled',
    order_rejected: 'rejected',
    order_cancelled: 'cancelled',
  },
};

export interface Order {
  readonly id: OrderId;
  readonly signalId: EventId;
  readonly correlationId: EventId;
  readonly strategy: string;
  readonly venue: DraftOf<'order_intended'>['data']['venue'];
  readonly symbol: DraftOf<'order_intended'>['data']['symbol'];
  readonly side: 'buy' | 'sell';
  readonly size: OrderSize;
  readonly reduceOnly: boolean;
  readonly referencePrice: Big;
  readonly reasons: readonly string[];
  /** When it was decided, and when it must no longer be sent; epoch ms. */
  readonly timeMs: number;
  readonly expiryMs: number;
  /** Quote currency held back for it while it is open. */
  readonly reserved: Big;
  readonly status: OrderStatus;
  readonly filledQuantity: Big;
  readonly fillIds: readonly string[];
}

/** The status after the event, or undefined when the event changes nothing. */
export function statusAfter(
  status: OrderStatus,
  event: OrderEventType,
  complete = false,
): OrderStatus | undefined {
  const next = transitions[status][event];
  return next === 'partially_filled' && complete ? 'filled' : next;
}

/** Whether the venue may still do something with it. */
export function isOpen({ status }: Order): boolean {
  return (
    status === 'intended' ||
    status === 'accepted' ||
    status === 'partially_filled' ||
    status === 'unknown'
  );
}
