import {
  Big,
  toMs,
  type EventId,
  type OrderId,
  type PortfolioSettings,
  type SymbolName,
  type Venue,
} from '@heliograph/contracts';
import type { Draft, DraftOf } from './draft.ts';
import { isOpen, statusAfter, type Order, type OrderEventType } from './order.ts';
import { applyFill, openPosition, type Fill, type Position } from './position.ts';
import { reservation } from './size.ts';

/** How many orders are remembered after their end, for reports that come late. */
const endedOrdersKept = 1_000;

/** Everything that a portfolio's journal says, folded. */
export interface Portfolio {
  readonly name: string;
  readonly opened?: DraftOf<'portfolio_opened'>['data'];
  /** Quote currency, reservations included. */
  readonly cash: Big;
  /** By venue and symbol; only those that are not flat. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Open ones, in the order in which they were intended. */
  readonly orders: ReadonlyMap<OrderId, Order>;
  readonly endedOrders: ReadonlyMap<OrderId, Order>;
  /** Every signal that was ever decided. */
  readonly decided: ReadonlySet<EventId>;
  /** What its orders are paid in: set by the first of them. */
  readonly currency?: string;
  /** When the newest decided signal was made, by strategy, venue and symbol; epoch ms. */
  readonly newest: ReadonlyMap<string, number>;
  /** Its tape has ended and its account was drawn up. */
  readonly marked: boolean;
}

/** The same as its owner folds it. */
export type PortfolioState = {
  -readonly [K in keyof Portfolio]: Portfolio[K] extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Value>
    : Portfolio[K] extends ReadonlySet<infer Value>
      ? Set<Value>
      : Portfolio[K];
};

export function emptyPortfolio(name: string): PortfolioState {
  return {
    name,
    cash: new Big('0'),
    positions: new Map(),
    orders: new Map(),
    endedOrders: new Map(),
    decided: new Set(),
    newest: new Map(),
    marked: false,
  };
}

export function instrumentKey(instrument: { venue: Venue; symbol: SymbolName }): string {
  return `${instrument.venue}|${instrument.symbol}`;
}

export function lineageKey(signal: { strategy: string; venue: Venue; symbol: SymbolName }): string {
  return `${signal.strategy}|${instrumentKey(signal)}`;
}

/** The currency that a symbol is paid in; a bare symbol such as `SPY` counts as paid in USD. */
export function currencyOf(symbol: string): string {
  return symbol.split('/')[1]?.split(':')[0] ?? 'USD';
}

/** The settings; a portfolio that was never opened has none. */
export function settingsOf(portfolio: Portfolio): PortfolioSettings {
  if (!portfolio.opened) throw new Error(`portfolio ${portfolio.name} is not open`);
  return portfolio.opened.settings;
}

/** Cash that no open order holds back. */
export function freeCash({ cash, orders }: Portfolio): Big {
  let free = cash;
  for (const order of orders.values()) free = free.minus(order.reserved);
  return free;
}

/**
 * The portfolio after an event of its journal. It folds in place, so that a journal of a million events costs a million
 * steps: the former portfolio is used up and must not be read again.
 */
export function evolve(state: PortfolioState, event: Draft): PortfolioState {
  switch (event.type) {
    case 'portfolio_opened':
      state.opened = event.data;
      state.cash = new Big(event.data.settings.cash);
      break;
    case 'signal_skipped':
      decided(state, event);
      break;
    case 'order_intended':
      decided(state, event);
      state.currency ??= currencyOf(event.data.symbol);
      state.orders.set(event.data.orderId, intendedOrder(state, event));
      break;
    case 'order_accepted':
    case 'order_rejected':
    case 'order_cancelled':
    case 'order_unknown':
      changeOrder(state, event.type, event.data.orderId);
      break;
    case 'order_filled':
      fill(state, event);
      break;
    case 'portfolio_marked':
      state.marked = true;
      break;
    case 'position_changed':
    case 'trade_closed':
    case 'trading_state_changed':
    case 'reconciliation_reported':
      // They tell others what the fills already did here.
      break;
  }
  return state;
}

function decided(
  state: PortfolioState,
  { data, timeMs }: DraftOf<'signal_skipped'> | DraftOf<'order_intended'>,
): void {
  state.decided.add(data.signalId);
  const key = lineageKey(data);
  const madeMs = data.signalTime === undefined ? timeMs : toMs(data.signalTime);
  state.newest.set(key, Math.max(madeMs, state.newest.get(key) ?? madeMs));
}

function intendedOrder(
  portfolio: Portfolio,
  { data, timeMs, correlationId }: DraftOf<'order_intended'>,
): Order {
  const { orderId, referencePrice, expiryTime, ...facts } = data;
  const price = new Big(referencePrice);
  return {
    ...facts,
    id: orderId,
    correlationId,
    timeMs,
    expiryMs: toMs(expiryTime),
    referencePrice: price,
    reserved:
      facts.side === 'buy' ? reservation(facts.size, price, settingsOf(portfolio)) : new Big('0'),
    status: 'intended',
    filledQuantity: new Big('0'),
    fillIds: [],
  };
}

function changeOrder(
  state: PortfolioState,
  type: OrderEventType,
  id: OrderId,
  filled?: { fillId: string; quantity: Big; complete: boolean },
): void {
  const order = state.orders.get(id) ?? state.endedOrders.get(id);
  const status = order && statusAfter(order.status, type, filled?.complete);
  if (!order || !status) return;
  const changed: Order = {
    ...order,
    status,
    ...(filled && {
      filledQuantity: order.filledQuantity.plus(filled.quantity),
      fillIds: [...order.fillIds, filled.fillId],
    }),
  };
  if (isOpen(changed)) {
    state.orders.set(id, changed);
    return;
  }
  state.orders.delete(id);
  state.endedOrders.set(id, changed);
  if (state.endedOrders.size > endedOrdersKept)
    for (const oldest of state.endedOrders.keys()) {
      state.endedOrders.delete(oldest);
      break;
    }
}

function fill(state: PortfolioState, { data, timeMs }: DraftOf<'order_filled'>): void {
  const order = state.orders.get(data.orderId) ?? state.endedOrders.get(data.orderId);
  if (!order) throw new Error(`the journal fills order ${data.orderId}, which it never intended`);
  const fill = fillOf(data);
  const { cash, position } = afterFill(state, order, fill, timeMs);
  changeOrder(state, 'order_filled', data.orderId, {
    fillId: data.fillId,
    quantity: fill.quantity,
    complete: data.complete,
  });
  state.cash = cash;
  const key = instrumentKey(data);
  if (position.quantity.eq('0')) state.positions.delete(key);
  else state.positions.set(key, position);
}

function fillOf(data: DraftOf<'order_filled'>['data']): Fill {
  return {
    side: data.side,
    quantity: new Big(data.quantity),
    price: new Big(data.price),
    fee: new Big(data.fee),
  };
}

/** The cash and the order's position once a fill has been booked. */
export function afterFill(
  { cash, positions }: Pick<Portfolio, 'cash' | 'positions'>,
  order: Order,
  fill: Fill,
  timeMs: number,
): { cash: Big; position: Position } {
  const notional = fill.quantity.times(fill.price);
  const before =
    positions.get(instrumentKey(order)) ??
    openPosition({
      venue: order.venue,
      symbol: order.symbol,
      strategy: order.strategy,
      correlationId: order.correlationId,
      entrySignalId: order.signalId,
      entryTimeMs: timeMs,
    });
  return {
    cash: (fill.side === 'buy' ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee),
    position: applyFill(before, fill),
  };
}
