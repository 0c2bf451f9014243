import {
  deterministicId,
  JournalEvent,
  OrderId,
  SymbolName,
  toTime,
  Venue,
  type Mode,
  type PortfolioSettings,
} from '@heliograph/contracts';
import { aJournalEvent, someSettings } from '@heliograph/contracts/testing';
import type { Report } from '../brokers/broker.ts';
import { open } from '../decision/decide.ts';
import { draftOf, type Draft } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import type { Order } from '../decision/state/order.ts';
import { emptyPortfolio, type PortfolioState } from '../decision/state/portfolio.ts';
import { settle } from '../decision/settle.ts';

/** Portfolios for tests of the decision core, made of the events that would have made them. */

/** One minute after the candle of `aSignal` opened, which is when it is made. */
export const nowMs = Date.UTC(2026, 0, 5, 0, 1);

export const bitcoin = { venue: Venue.parse('binance'), symbol: SymbolName.parse('BTC/USDT') };

export function settingsWith(change: object = {}): PortfolioSettings {
  return someSettings({
    cash: '1000',
    stake: { kind: 'quote', value: '100' },
    ...change,
  });
}

export function openedWith(
  change: object = {},
  {
    name = 'paper',
    tape = 'live',
    mode = 'paper',
    timeMs = nowMs - 120_000,
  }: { name?: string; tape?: string; mode?: Mode; timeMs?: number } = {},
): PortfolioState {
  const settings = settingsWith(change);
  const opening = open(name, { mode, settings }, { tape, currency: 'USDT', timeMs });
  return evolve(emptyPortfolio(name), opening);
}

/** A person, or a breaker, has said what may be traded. */
export function stateChanged(
  to: 'ACTIVE' | 'REDUCING' | 'HALTED',
  {
    from = 'ACTIVE',
    timeMs = nowMs,
  }: { from?: 'ACTIVE' | 'REDUCING' | 'HALTED'; timeMs?: number } = {},
): Draft {
  const change = { from, to, reason: 'told so', author: 'anna' };
  return draftOf(aJournalEvent('trading_state_changed', change, { time: toTime(timeMs) }));
}

/** Folds events in; the same state, for chains. */
export function after(state: PortfolioState, ...events: readonly Draft[]): PortfolioState {
  for (const event of events) evolve(state, event);
  return state;
}

/** Plain text for ids, symbols and decimals: the schema checks them. */
type Wish = { readonly timeMs?: number; readonly signalId?: string } & Readonly<
  Record<string, unknown>
>;

/** An order that was intended; a buy of 1 BTC/USDT at 100, changed as told. */
export function anOrder(
  state: PortfolioState,
  { timeMs = nowMs - 60_000, ...change }: Wish = {},
): Order {
  const count = state.orders.size + state.endedOrders.size;
  const signalId = change.signalId ?? deterministicId('test', String(count));
  const orderId = OrderId.parse(`h${deterministicId('order', signalId, String(count))}`);
  const event = JournalEvent.parse({
    specversion: '1.0',
    id: deterministicId('order_intended', orderId),
    source: 'execution/test',
    type: 'order_intended',
    subject: 'BTC/USDT',
    time: toTime(timeMs),
    recordedtime: toTime(timeMs),
    correlationid: signalId,
    data: {
      signalId,
      strategy: 'sma-cross',
      venue: 'binance',
      symbol: 'BTC/USDT',
      intent: 'enter',
      side: 'buy',
      orderId,
      orderType: 'market',
      size: { kind: 'base', quantity: '1' },
      reduceOnly: false,
      expiryTime: toTime(timeMs + 60_000),
      referencePrice: '100',
      reasons: [],
      ...change,
    },
  });
  evolve(state, draftOf(event));
  const order = state.orders.get(orderId);
  if (!order) throw new Error('the order is not open');
  return order;
}

interface Filled {
  readonly type: 'filled';
  readonly quantity: string;
  readonly price?: string;
  readonly fee?: string;
  readonly fillId?: string;
  readonly complete?: boolean;
  readonly timeMs?: number;
}

/** What the venue tells of an order, journalled and folded in. */
export function hear(
  state: PortfolioState,
  order: Pick<Order, 'id'>,
  fact: { timeMs?: number } & (Filled | { type: 'accepted' | 'rejected' | 'cancelled' }),
): Draft[] {
  const common = { orderId: order.id, timeMs: fact.timeMs ?? nowMs - 30_000, sequence: 1 };
  const known = state.orders.get(order.id) ?? state.endedOrders.get(order.id);
  const report: Report =
    fact.type === 'accepted'
      ? { ...common, type: 'accepted', venueOrderId: '1' }
      : fact.type === 'filled'
        ? {
            ...common,
            type: 'filled',
            fillId: fact.fillId ?? String(known?.fillIds.length),
            quantity: fact.quantity,
            price: fact.price ?? '100',
            fee: fact.fee ?? '0',
            liquidity: 'taker',
            complete: fact.complete ?? true,
          }
        : { ...common, type: fact.type, reason: 'VENUE_REJECTED', detail: 'test' };
  const events = settle(state, report);
  after(state, ...events);
  return events;
}

/** A portfolio that holds 1 BTC/USDT at 100, changed as told. */
export function holdingWith(
  change: object = {},
  { fill = {}, order = {} }: { fill?: Partial<Filled>; order?: Wish } = {},
  options: Parameters<typeof openedWith>[1] = {},
): PortfolioState {
  const state = openedWith(change, options);
  const intended = anOrder(state, order);
  const quantity = intended.size.kind === 'base' ? intended.size.quantity : '1';
  hear(state, intended, { type: 'filled', quantity, ...fill });
  return state;
}
