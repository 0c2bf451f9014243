import type { Big } from '@heliograph/contracts';

type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';

export const orderTypes = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
] as const;
export type DoubleOrderType = (typeof orderTypes)[number];

/** What a client asks for, well-formed but not yet checked against the symbol's rules. */
export interface NewOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly type: DoubleOrderType;
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK';
  readonly price?: Big;
  readonly quantity: Big;
  readonly stopPrice?: Big;
}

export interface DoubleTrade {
  readonly id: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly price: Big;
  readonly quantity: Big;
  readonly commission: Big;
  readonly commissionAsset: string;
  readonly time: number;
  readonly buyer: boolean;
  readonly maker: boolean;
}

export interface DoubleOrder extends NewOrder {
  readonly orderId: number;
  readonly time: number;
  /** From when on it is found by a query: reads may lag behind. */
  visibleAtMs: number;
  readonly trades: DoubleTrade[];
  status: OrderStatus;
  updateTime: number;
  executed: Big;
  /** Quote currency that was exchanged. */
  exchanged: Big;
  /** What it still holds back: quote currency of a buy, base currency of a sell. */
  locked: Big;
  /** A stop order that has not been triggered. */
  dormant: boolean;
}

export function isOpen({ status }: DoubleOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

/** The fields that every answer about an order has. */
export function orderFacts(order: DoubleOrder): Record<string, unknown> {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    price: text(order.price),
    origQty: text(order.quantity),
    executedQty: text(order.executed),
    origQuoteOrderQty: '0.00000000',
    cummulativeQuoteQty: text(order.exchanged),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    ...(order.stopPrice && { stopPrice: text(order.stopPrice) }),
    workingTime: order.dormant ? -1 : order.time,
    selfTradePreventionMode: 'NONE',
  };
}

/** As a query answers. */
export function orderView(order: DoubleOrder): Record<string, unknown> {
  return {
    ...orderFacts(order),
    stopPrice: text(order.stopPrice),
    icebergQty: '0.00000000',
    time: order.time,
    updateTime: order.updateTime,
    isWorking: !order.dormant,
  };
}

/** As the answer to a placement, in the length that was asked for. */
export function placedView(order: DoubleOrder, length: 'ACK' | 'RESULT' | 'FULL'): object {
  if (length === 'ACK') {
    const { symbol, orderId, clientOrderId, time } = order;
    return { symbol, orderId, orderListId: -1, clientOrderId, transactTime: time };
  }
  const result = { ...orderFacts(order), transactTime: order.time };
  if (length === 'RESULT') return result;
  const fills = order.trades.map((trade) => ({
    price: text(trade.price),
    qty: text(trade.quantity),
    commission: text(trade.commission),
    commissionAsset: trade.commissionAsset,
    tradeId: trade.id,
  }));
  return { ...result, fills };
}

export function tradeView(trade: DoubleTrade): object {
  return {
    symbol: trade.symbol,
    id: trade.id,
    orderId: trade.orderId,
    orderListId: -1,
    price: text(trade.price),
    qty: text(trade.quantity),
    quoteQty: text(trade.price.times(trade.quantity)),
    commission: text(trade.commission),
    commissionAsset: trade.commissionAsset,
    time: trade.time,
    isBuyer: trade.buyer,
    isMaker: trade.maker,
    isBestMatch: true,
  };
}

/** The event of the user data stream. */
export function executionReport(
  order: DoubleOrder,
  what: { type: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED'; trade?: DoubleTrade; cancelId?: string },
): object {
  const { trade } = what;
  return {
    e: 'executionReport',
    E: order.updateTime,
    s: order.symbol,
    c: what.cancelId ?? order.clientOrderId,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    q: text(order.quantity),
    p: text(order.price),
    P: text(order.stopPrice),
    F: '0.00000000',
    g: -1,
    C: what.cancelId === undefined ? '' : order.clientOrderId,
    x: what.type,
    X: order.status,
    r: 'NONE',
    i: order.orderId,
    l: text(trade?.quantity),
    z: text(order.executed),
    L: text(trade?.price),
    n: trade ? text(trade.commission) : '0',
    N: trade?.commissionAsset ?? null,
    T: order.updateTime,
    t: trade?.id ?? -1,
    I: order.orderId * 10 + order.trades.length,
    w: isOpen(order) && !order.dormant,
    m: trade?.maker ?? false,
    M: trade !== undefined,
    O: order.time,
    Z: text(order.exchanged),
    Y: text(trade?.price.times(trade.quantity)),
    Q: '0.00000000',
    W: order.time,
    V: 'NONE',
  };
}

function text(value: Big | undefined): string {
  return value ? value.toFixed(8) : '0.00000000';
}
