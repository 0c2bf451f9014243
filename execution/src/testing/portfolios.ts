import { deterministicId, OrderId, PortfolioSettings, type Mode } from '@heliograph/contracts';
import type { Report } from '../brokers/broker.ts';
import { open } from '../decision/decide.ts';
import { draft, type Draft, type DraftOf } from '../decision/draft.ts';
import { evolve } from '../decision/evolve.ts';
import type { Order } from '../decision/order.ts';
import { emptyPortfolio, type PortfolioState } from '../decision/portfolio.ts';
import { settle } from '../decision/settle.ts';

/** Portfolios for tests of the decision core, made of the events that would have made them. */

/** One minute after the candle of `aSignal` opened, which is when it is made. */
export const nowMs = Date.UTC(2026, 0, 5, 0, 1);

export function settingsWith(change: object = {}): PortfolioSettings {
  return PortfolioSettings.parse({
    cash: '1000',
    stake: { kind: 'quote', value: '100' },
    feeBps: '10',
    slippageBps: '0',
    lotSize: '0.001',
    risk: {},
    ...change,
  });
}

export function openedWith(
  change: object = {},
  {
    name = 'paper',
    tape = 'live',
    mode = 'paper',
    timeMs = nowMs,
  }: { name?: string; tape?: string; mode?: Mode; timeMs?: number } = {},
): PortfolioState {
  const settings = settingsWith(change);
  const opening = open(name, { mode, settings }, { tape, currency: 'USDT', timeMs });
  return evolve(emptyPortfolio(name), opening);
}

/** Folds events in; the same state, for chains. */
export function after(state: PortfolioState, ...events: readonly Draft[]): PortfolioState {
  for (const event of events) evolve(state, event);
  return state;
}

type Wish = Partial<DraftOf<'order_intended'>['data']> & { timeMs?: number };

/** An order that was intended; a buy of 1 BTC/USDT at 100, changed as told. */
export function anOrder(
  state: PortfolioState,
  { timeMs = nowMs - 60_000, ...change }: Wish = {},
): Order {
  const signalId = change.signalId ?? deterministicId('test', String(state.decided.size));
  const orderId = change.orderId ?? OrderId.parse(`h${deterministicId('order', signalId)}`);
  const data = {
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
    expiryTime: new Date(timeMs + 60_000).toISOString(),
    referencePrice: '100',
    reasons: [],
    ...change,
  } as DraftOf<'order_intended'>['data'];
  const context = { portfolio: state.name, key: orderId, timeMs, subject: data.symbol };
  evolve(state, draft('order_intended', { ...context, correlationId: signalId }, data));
  const order = state.orders.get(orderId);
  if (!order) throw new Error('the order is not open');
  return order;
}

/** What the venue tells of an order, journalled and folded in. */
export function hear(
  state: PortfolioState,
  order: Pick<Order, 'id'>,
  fact: { timeMs?: number } & (
    | { type: 'accepted' }
    | { type: 'rejected' | 'cancelled' }
    | {
        type: 'filled';
        quantity: string;
        price?: string;
        fee?: string;
        fillId?: string;
        complete?: boolean;
      }
  ),
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
  { fill = {}, ...order }: Wish & { fill?: { price?: string; fee?: string; timeMs?: number } } = {},
  options: Parameters<typeof openedWith>[1] = {},
): PortfolioState {
  const state = openedWith(change, options);
  const intended = anOrder(state, order);
  const quantity = intended.size.kind === 'base' ? intended.size.quantity : '1';
  hear(state, intended, { type: 'filled', quantity, ...fill });
  return state;
}
