import {
  Big,
  decimalOf,
  signOf,
  toMs,
  type EventId,
  type OrderId,
  type ReasonCode,
} from '@heliograph/contracts';
import { broken } from './broken.ts';
import type { DraftOf } from './draft.ts';
import { isOpen, isProtective, legOf, statusAfter, type Order, type OrderFact } from './order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { isNothingThere } from '../venue/nothing-there.ts';
import {
  currencyOf,
  maxFailures,
  rulesOf,
  settingsOf,
  worseByBps,
  type Leg,
  type Portfolio,
  type PortfolioState,
} from './portfolio.ts';
import { decided, missed } from './evolve-signals.ts';
import { highestPrice, reservation, type Pricing } from '../entries/size.ts';

/** How many orders are remembered after their end, for reports that come late. */
const endedOrdersKept = 1_000;
/** How many closed positions are remembered by the number of their protective orders. */
const closedLegsKept = 1_000;
const minuteMs = 60_000;
const zero = new Big('0');

export function intend(state: PortfolioState, event: DraftOf<'order_intended'>): void {
  if (!state.opened)
    throw broken(state, `it intends order ${event.data.orderId} before it is opened`);
  const order = intendedOrder(state, event);
  state.orders.set(order.id, order);
  state.currency ??= currencyOf(order.symbol);
  if (isProtective(order)) {
    changeLeg(state, order, (leg) => {
      const { isAtRest: _, ...another } = leg;
      return { ...another, orders: leg.orders + 1 };
    });
    return;
  }
  decided(state, event);
  if (order.role === 'entry') {
    const from = event.timeMs - minuteMs;
    state.entryTimes = [...state.entryTimes.filter((timeMs) => timeMs > from), event.timeMs];
  } else if (event.timeMs >= order.expiryMs) missed(state, event, { lateExits: 1 });
}

export function intendedOrder(
  portfolio: Portfolio,
  { data, timeMs, correlationId }: DraftOf<'order_intended'>,
): Order {
  const { orderType, orderId, limitPrice, stopPrice, trailingBps, protection, protects } = data;
  const { marketSequence } = data;
  const referencePrice = decimalOf(data.referencePrice);
  const pricing = { side: data.side, referencePrice, limitPrice, stopPrice };
  const role = data.role ?? (data.reduceOnly ? 'exit' : 'entry');
  const position = portfolio.positions.get(instrumentKey(data));
  return {
    id: orderId,
    signalId: data.signalId,
    correlationId,
    strategy: data.strategy,
    venue: data.venue,
    symbol: data.symbol,
    side: data.side,
    type: orderType,
    role,
    size: data.size,
    ...(limitPrice !== undefined && { limitPrice }),
    ...(stopPrice !== undefined && { stopPrice }),
    ...(trailingBps !== undefined && { trailingBps }),
    ...(trailingBps !== undefined && position && { trailsFrom: position.enteredAt }),
    ...(protection !== undefined && { protection }),
    ...(protects !== undefined && { protects }),
    ...(marketSequence !== undefined && { marketSequence }),
    timeInForce: data.timeInForce ?? 'GTC',
    attempt: data.attempt ?? 1,
    reduceOnly: data.reduceOnly,
    ...(role === 'exit' && data.intent === 'exit' && { leavesAll: true }),
    ...(data.writeOff && { isWriteOff: true }),
    referencePrice,
    timeMs,
    expiryMs: toMs(data.expiryTime),
    reserved: role === 'entry' ? reserved(portfolio, data, pricing) : zero,
    status: 'intended',
    changes: 0,
    filledQuantity: zero,
    fillIds: [],
    isHeld: false,
  };
}

function reserved(
  portfolio: Portfolio,
  data: DraftOf<'order_intended'>['data'],
  pricing: Pricing,
): Big {
  const settings = settingsOf(portfolio);
  const slippageBps = worseByBps(portfolio);
  const price = highestPrice(pricing, { ...rulesOf(portfolio, data), slippageBps });
  return reservation(data.size, price, settings);
}

function update(state: PortfolioState, id: OrderId, change: (order: Order) => Order): void {
  const order = state.orders.get(id) ?? state.endedOrders.get(id);
  if (!order) return;
  const changed = change(order);
  if (isOpen(changed)) {
    state.orders.set(id, changed);
    return;
  }
  state.orders.delete(id);
  state.endedOrders.set(id, changed);
  if (state.endedOrders.size <= endedOrdersKept) return;
  for (const oldest of state.endedOrders.keys()) {
    state.endedOrders.delete(oldest);
    break;
  }
}

export function changeOrder(
  state: PortfolioState,
  id: OrderId,
  fact: OrderFact,
  more?: Partial<Order>,
  ending?: { readonly reason: ReasonCode; readonly timeMs: number },
): void {
  const order = state.orders.get(id) ?? state.endedOrders.get(id);
  const status = order && statusAfter(order.status, fact);
  if (!order || !status) return;
  update(state, id, () => ({ ...order, status, changes: order.changes + 1, ...more }));
  const hasEnded = status === 'cancelled' || status === 'rejected';
  // What is taken back because the venue has forgotten it has not done its work either.
  const isWanted = order.cancellation && order.cancellation.reason !== 'UNRECONCILED';
  const hasFailed = hasEnded && !isWanted && ending?.reason !== 'POSITION_CLOSED';
  if (hasFailed && protectsWhatIsHeld(state, order))
    changeLeg(state, order, (leg) => ({
      ...(hasHelped(state, order, ending)
        ? begun(leg)
        : { ...leg, failures: failuresAfter(leg, order, ending?.reason) }),
      ...(ending && ending.reason !== 'NOT_SENT' && { refusedMs: ending.timeMs }),
      ...((leg.isTriggered || order.triggeredMs !== undefined) && { isTriggered: true }),
    }));
}

/** The version of the rules; before, an order that had sold a part was lost like one that had sold nothing. */
const partsHelpSince = 7;

/** Where a thin market has taken a part, the rest follows at once: that is no failure. */
function hasHelped(
  { decisionsVersion }: Portfolio,
  { filledQuantity }: Order,
  ending: { readonly reason: ReasonCode } | undefined,
): boolean {
  const isCutShort = ending?.reason === 'TIME_IN_FORCE' && signOf(filledQuantity) > 0;
  return isCutShort && decisionsVersion >= partsHelpSince;
}

/**
 * Orders of one attempt fail once, however many it took. One that never reached the venue says nothing against the next:
 * nobody gives up while the venue is away.
 */
function failuresAfter(
  { failures }: Leg,
  { attempt }: Order,
  reason: ReasonCode | undefined,
): number {
  const most = Math.max(failures, attempt);
  return reason === 'NOT_SENT' && most >= maxFailures ? failures : most;
}

export function intendCancel(
  state: PortfolioState,
  { data: { orderId, reason, detail, leave = false }, timeMs }: DraftOf<'order_cancel_intended'>,
): void {
  const cancellation = { timeMs, reason, detail, leave };
  update(state, orderId, (order) => ({ ...order, cancellation }));
}

/** It never was at the venue: as long as the signal is good it may have another order. */
export function mayBeSentAgain(state: PortfolioState, id: OrderId): void {
  const order = state.orders.get(id);
  if (!order || isProtective(order)) return;
  // Of an exit in several parts one may have been tried again already.
  const attempts = [...state.orders.values(), ...state.endedOrders.values()]
    .filter((other) => other.signalId === order.signalId && !isProtective(other))
    .map(({ attempt }) => attempt);
  state.unsent.set(order.signalId, Math.max(order.attempt, ...attempts));
}

/** A person has been told that this order was the last of its leg. */
export function giveUp(state: PortfolioState, id: OrderId | undefined): void {
  const order = id && (state.orders.get(id) ?? state.endedOrders.get(id));
  const position = order && state.positions.get(instrumentKey(order));
  if (!position || !protectsWhatIsHeld(state, order)) return;
  const isAtRest = isNothingThere(state, position);
  changeLeg(state, order, (leg) => ({ ...leg, isGivenUp: true, ...(isAtRest && { isAtRest }) }));
}

export function protectsWhatIsHeld(state: PortfolioState, order: Order): boolean {
  const position = state.positions.get(instrumentKey(order));
  return isProtective(order) && position?.entrySignalId === order.signalId;
}

/**
 * The next position may come of the same signal, when the rest of its entry is filled after all: then its protective
 * orders must not have the ids of those before. So their number stays.
 */
export function closeLegs(state: PortfolioState, signalId: EventId): void {
  const legs = state.legs.get(signalId);
  if (!legs) return;
  state.legs.delete(signalId);
  const closed = [...legs].map(([name, { orders }]): [string, Leg] => [
    name,
    { orders, filled: zero, failures: 0 },
  ]);
  state.legs.set(signalId, new Map(closed));
  if (state.legs.size <= closedLegsKept) return;
  const open = new Set([...state.positions.values()].map(({ entrySignalId }) => entrySignalId));
  for (const oldest of state.legs.keys())
    if (!open.has(oldest)) {
      state.legs.delete(oldest);
      return;
    }
}

/**
 * A position that has grown is protected anew: what the venue refused for a first part, which may have been too small for
 * it, says nothing of the whole.
 */
export function beginLegs(state: PortfolioState, signalId: EventId): void {
  const legs = state.legs.get(signalId);
  if (!legs) return;
  state.legs.set(signalId, new Map([...legs].map(([name, leg]) => [name, begun(leg)])));
}

/** What it has sold so far, and no failures. */
function begun({ orders, filled }: Leg): Leg {
  return { orders, filled, failures: 0 };
}

export function changeLeg(state: PortfolioState, order: Order, change: (leg: Leg) => Leg): void {
  const legs = state.legs.get(order.signalId) ?? new Map<string, Leg>();
  const leg = legs.get(legOf(order)) ?? { orders: 0, filled: zero, failures: 0 };
  state.legs.set(order.signalId, new Map(legs).set(legOf(order), change(leg)));
}
