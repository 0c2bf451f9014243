import { toMs, type JournalEventOf, type OrderRole } from '@heliograph/contracts';
import {
  insertion,
  journalOrigin,
  orderUpdate,
  signalColumns,
  timeOf,
  type Change,
  type Place,
} from '../store/changes.ts';

type Intended = JournalEventOf<'order_intended'>;

export type OrderEvent = JournalEventOf<
  | 'order_intended'
  | 'order_accepted'
  | 'order_filled'
  | 'order_rejected'
  | 'order_cancelled'
  | 'order_unknown'
  | 'order_cancel_intended'
  | 'order_triggered'
  | 'order_adopted'
>;

/** What the life of an order changes in `orders`, `foreign_orders`, `fills` and `cancels`. */
export function projectOrder(event: OrderEvent, place: Place): readonly Change[] {
  switch (event.type) {
    case 'order_intended':
      return [orders(event, place)];
    case 'order_accepted':
      return [accepted(event, place)];
    case 'order_triggered':
      return [triggered(event, place)];
    case 'order_filled':
      return [fills(event, place), filled(event, place), filledElsewhere(event, place)];
    case 'order_rejected':
      return [rejected(event, place), endedElsewhere(event, place)];
    case 'order_cancel_intended':
      return [cancels(event, place), cancelIntended(event, place)];
    case 'order_cancelled':
      return [cancelled(event, place), endedElsewhere(event, place)];
    case 'order_unknown':
      return [unknown(event, place)];
    case 'order_adopted':
      return [foreignOrders(event, place)];
  }
}

const orders = insertion<Intended>('orders', {
  ...journalOrigin,
  order_id: ({ data }) => data.orderId,
  ...signalColumns,
  order_type: ({ data }) => data.orderType,
  role: ({ data }) => data.role ?? roleByIntent(data.intent),
  size: ({ data }) => JSON.stringify(data.size),
  limit_price: ({ data }) => data.limitPrice ?? null,
  stop_price: ({ data }) => data.stopPrice ?? null,
  trailing_bps: ({ data }) => data.trailingBps ?? null,
  time_in_force: ({ data }) => data.timeInForce ?? null,
  protection: ({ data }) => (data.protection ? JSON.stringify(data.protection) : null),
  protects: ({ data }) => data.protects ?? null,
  attempt: ({ data }) => data.attempt ?? 1,
  reduce_only: ({ data }) => Number(data.reduceOnly),
  expiry_time: ({ data }) => toMs(data.expiryTime),
  reference_price: ({ data }) => data.referencePrice,
  market_sequence: ({ data }) => data.marketSequence ?? null,
  status: () => 'intended',
  status_time: timeOf,
  filled_quantity: () => '0',
});

function roleByIntent(intent: Intended['data']['intent']): OrderRole {
  return intent === 'exit' || intent === 'reduce' ? 'exit' : 'entry';
}

const accepted = orderUpdate<JournalEventOf<'order_accepted'>>('orders', {
  status: () => 'accepted',
  status_time: timeOf,
  venue_order_id: ({ data }) => data.venueOrderId,
});
const triggered = orderUpdate<JournalEventOf<'order_triggered'>>('orders', {
  status: () => 'triggered',
  status_time: timeOf,
  trigger_price: ({ data }) => data.price,
  size: ({ data: { quantity } }) =>
    quantity === undefined ? null : JSON.stringify({ kind: 'base', quantity }),
});

type Filled = JournalEventOf<'order_filled'>;
const progress = {
  status: ({ data }: Filled) => (data.complete ? 'filled' : 'partially_filled'),
  status_time: timeOf,
  filled_quantity: ({ data }: Filled) => data.filledQuantity,
};
const filled = orderUpdate<Filled>('orders', progress);
const filledElsewhere = orderUpdate<Filled>('foreign_orders', progress);

const rejected = orderUpdate<JournalEventOf<'order_rejected'>>('orders', {
  status: () => 'rejected',
  status_time: timeOf,
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
});
const cancelIntended = orderUpdate<JournalEventOf<'order_cancel_intended'>>('orders', {
  cancel_time: timeOf,
  cancel_reason: ({ data }) => data.reason,
  cancel_detail: ({ data }) => data.detail,
});
const cancelled = orderUpdate<JournalEventOf<'order_cancelled'>>('orders', {
  status: () => 'cancelled',
  status_time: timeOf,
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
  filled_quantity: ({ data }) => data.filledQuantity,
});
const endedElsewhere = orderUpdate<JournalEventOf<'order_rejected' | 'order_cancelled'>>(
  'foreign_orders',
  {
    status: ({ type }) => (type === 'order_rejected' ? 'rejected' : 'cancelled'),
    status_time: timeOf,
    filled_quantity: ({ data }) => ('filledQuantity' in data ? data.filledQuantity : null),
  },
);
const unknown = orderUpdate<JournalEventOf<'order_unknown'>>('orders', {
  status: () => 'unknown',
  status_time: timeOf,
  detail: ({ data }) => data.detail,
});

const fills = insertion<Filled>('fills', {
  ...journalOrigin,
  order_id: ({ data }) => data.orderId,
  fill_id: ({ data }) => data.fillId,
  time: timeOf,
  venue: ({ data }) => data.venue,
  symbol: ({ data }) => data.symbol,
  side: ({ data }) => data.side,
  quantity: ({ data }) => data.quantity,
  price: ({ data }) => data.price,
  fee: ({ data }) => data.fee,
  liquidity: ({ data }) => data.liquidity,
  slippage_bps: ({ data }) => data.slippageBps,
});

const cancels = insertion<JournalEventOf<'order_cancel_intended'>>('cancels', {
  ...journalOrigin,
  order_id: ({ data }) => data.orderId,
  signal_id: ({ data }) => data.signalId ?? null,
  time: timeOf,
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
});

const foreignOrders = insertion<JournalEventOf<'order_adopted'>>(
  'foreign_orders',
  {
    ...journalOrigin,
    order_id: ({ data }) => data.orderId,
    venue_order_id: ({ data }) => data.venueOrderId,
    time: timeOf,
    venue: ({ data }) => data.venue,
    symbol: ({ data }) => data.symbol,
    side: ({ data }) => data.side,
    order_type: ({ data }) => data.orderType,
    quantity: ({ data }) => data.quantity,
    limit_price: ({ data }) => data.limitPrice ?? null,
    reduce_only: ({ data }) => Number(data.reduceOnly),
    status: () => 'open',
    status_time: timeOf,
    filled_quantity: ({ data }) => data.filledQuantity,
  },
  'replace',
);
