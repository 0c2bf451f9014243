import type { OrderType, TimeInForce } from '../brokers/broker.ts';

/** What the paper exchange keeps by itself: everything. */
export const paperOrderTypes: readonly OrderType[] = [
  'market',
  'limit',
  'stop',
  'stop_limit',
  'trailing_stop',
];
export const paperTimesInForce: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK', 'GTD', 'PO'];
