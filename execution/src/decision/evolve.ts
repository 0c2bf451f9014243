import { Big, PermanentError, toMs, type EventId, type OrderId } from '@heliograph/contracts';
import type { Draft, DraftOf } from './draft.ts';
import { heldHere } from './order-events.ts';
import { isOpen, isProtective, legOf, statusAfter, type Order, type OrderFact } from './order.ts';
import {
  currencyOf,
  instrumentKey,
  lineageKey,
  neverValued,
  nothingMissed,
  rulesOf,
  settingsOf,
  type Leg,
  type Portfolio,
  type PortfolioState,
} from './portfolio.ts';
import {
  applyFill,
  enters,
  openPosition,
  splitAtFlat,
  type Fill,
  type Position,
} from './position.ts';
import { highestPrice, reservation, type Pricing } from './size.ts';
import { dayStartOf } from './trading-day.ts';

/** How many orders are remembered after their end, for reports that come late. */
const endedOrdersKept = 1_000;
/** How many decided signals are remembered at least; older ones have expired long since. */
const decidedKept = 20_000;
/** How many closed positions are remembered by the number of their protective orders. */
const closedLegsKept = 1_000;
const minuteMs = 60_000;

/**
 * The portfolio after an event of its journal. It folds in place, so that a journal of a million events costs a million
 * steps: the former portfolio is used up and must not be read again.
 * @throws PermanentError JOURNAL_BROKEN when the event cannot follow on those before it
 */
export function evolve(state: PortfolioState, event: Draft): PortfolioState {
  switch (event.type) {
    case 'portfolio_opened':
      open(state, event);
      break;
    case 'signal_skipped':
      decided(state, event);
      if (event.data.reason === 'EXPIRED') missed(state, event.timeMs, { skipped: 1 });
      break;
    case 'order_intended':
      intend(state, event);
      break;
    case 'order_accepted':
      changeOrder(state, event.data.orderId, 'accepted', {
        isHeld: event.data.venueOrderId === heldHere,
      });
      break;
    case 'order_rejected':
      changeOrder(state, event.data.orderId, 'rejected');
      break;
    case 'order_cancelled':
      state.foreignOrders.delete(event.data.orderId);
      if (event.data.reason === 'TAPE_ENDED') state.hasEnded = true;
      if (event.data.reason === 'NOT_SENT') mayBeSentAgain(state, event.data.orderId);
      changeOrder(state, event.data.orderId, 'cancelled');
      break;
    case 'order_unknown':
      changeOrder(state, event.data.orderId, 'unknown');
      break;
    case 'order_triggered':
      changeOrder(state, event.data.orderId, 'triggered', {
        isHeld: false,
        triggeredMs: event.timeMs,
      });
      break;
    case 'order_cancel_intended':
      if (event.data.signalId !== undefined)
        remember(state, event.data.signalId, { madeMs: event.timeMs, timeMs: event.timeMs });
      intendCancel(state, event);
      break;
    case 'order_adopted':
      state.foreignOrders.set(event.data.orderId, event.data);
      break;
    case 'order_filled':
      fill(state, event);
      break;
    case 'trade_closed':
      closeTrade(state, event);
      break;
    case 'trading_state_changed':
      changeTradingState(state, event);
      break;
    case 'portfolio_valued':
      value(state, event);
      break;
    case 'portfolio_reconfigured':
      if (state.opened) state.opened = { ...state.opened, settings: event.data.settings };
      state.decisionsVersion = event.data.decisionsVersion;
      break;
    case 'instrument_changed':
      state.instruments.set(instrumentKey(event.data), event.data);
      break;
    case 'reconciliation_reported':
      dispute(state, event);
      break;
    case 'incident_reported':
      state.incidents.set(event.data.kind, event.timeMs);
      if (event.data.kind === 'OUTAGE') state.missed = nothingMissed;
      if (event.data.kind === 'UNPROTECTED') giveUp(state, event.data.orderId);
      break;
    case 'portfolio_marked':
      state.hasEnded = true;
      state.marked = true;
      break;
    case 'position_changed':
      // It tells others what the fill already did here.
      compare(state, event);
      break;
  }
  return state;
}

function open(state: PortfolioState, { data, timeMs }: DraftOf<'portfolio_opened'>): void {
  seen(state, data);
  state.opened = data;
  state.decisionsVersion = data.decisionsVersion ?? 1;
  state.cash = new Big(data.settings.cash);
  state.valuation = {
    timeMs,
    marketSequence: state.marketSequence,
    prices: new Map(),
    peakEquity: state.cash,
    dayStartEquity: state.cash,
    dayStartMs: dayStartOf(timeMs, data.settings.dayStart),
  };
}

/** A resume starts the breakers anew: a person has seen what they had counted. */
function changeTradingState(
  state: PortfolioState,
  { data, timeMs }: DraftOf<'trading_state_changed'>,
): void {
  const { to, reason, author, revision = state.tradingState.revision } = data;
  const isResumed = to === 'ACTIVE' && state.tradingState.state !== 'ACTIVE';
  state.tradingState = { state: to, reason, author, sinceMs: timeMs, revision };
  if (!isResumed) return;
  state.losingStreak = 0;
  state.entryTimes = [];
  const { prices } = state.valuation;
  // What is held is worth what the next price says, and no event tells it yet: that value will be the first.
  state.valuation =
    state.positions.size > 0
      ? { ...neverValued, marketSequence: state.valuation.marketSequence, prices }
      : {
          ...state.valuation,
          timeMs,
          peakEquity: state.cash,
          dayStartEquity: state.cash,
          dayStartMs: dayStartOf(timeMs, state.opened?.settings.dayStart),
        };
}

function decided(
  state: PortfolioState,
  { data, timeMs }: DraftOf<'signal_skipped'> | DraftOf<'order_intended'>,
): void {
  seen(state, data);
  const madeMs = data.signalTime === undefined ? timeMs : toMs(data.signalTime);
  remember(state, data.signalId, { madeMs, timeMs });
  const key = lineageKey(data);
  // One that is dated ahead must not silence all that come before its time.
  const newestMs = Math.min(madeMs, timeMs);
  state.newest.set(key, Math.max(newestMs, state.newest.get(key) ?? newestMs));
}

function remember(
  state: PortfolioState,
  signalId: EventId,
  { madeMs, timeMs }: { madeMs: number; timeMs: number },
): void {
  state.unsent.delete(signalId);
  state.decided.set(signalId, madeMs);
  if (state.decided.size <= 2 * decidedKept) return;
  // Maps keep their order: the oldest come first.
  let surplus = state.decided.size - decidedKept;
  for (const [id, forgottenMs] of state.decided) {
    if (surplus-- === 0) break;
    // Forgotten before its time it would take all signals until then with it.
    if (forgottenMs > timeMs) continue;
    state.decided.delete(id);
    state.unsent.delete(id);
    state.forgottenMs = Math.max(state.forgottenMs, forgottenMs);
  }
}

function missed(
  state: PortfolioState,
  timeMs: number,
  { skipped = 0, lateExits = 0 }: { skipped?: number; lateExits?: number },
): void {
  const { missed } = state;
  state.missed = {
    skipped: missed.skipped + skipped,
    lateExits: missed.lateExits + lateExits,
    firstMs: missed.firstMs || timeMs,
    lastMs: timeMs,
  };
}

function intend(state: PortfolioState, event: DraftOf<'order_intended'>): void {
  const order = intendedOrder(state, event);
  state.orders.set(order.id, order);
  state.currency ??= currencyOf(order.symbol);
  if (isProtective(order)) {
    changeLeg(state, order, (leg) => ({ ...leg, orders: leg.orders + 1 }));
    return;
  }
  decided(state, event);
  if (order.role === 'entry') {
    const from = event.timeMs - minuteMs;
    state.entryTimes = [...state.entryTimes.filter((timeMs) => timeMs > from), event.timeMs];
  } else if (event.timeMs >= order.expiryMs) missed(state, event.timeMs, { lateExits: 1 });
}

function intendedOrder(
  portfolio: Portfolio,
  { data, timeMs, correlationId }: DraftOf<'order_intended'>,
): Order {
  const { orderType, orderId, limitPrice, stopPrice, trailingBps, protection, protects } = data;
  const { marketSequence } = data;
  const referencePrice = new Big(data.referencePrice);
  const pricing = { side: data.side, referencePrice, limitPrice, stopPrice };
  const role = data.role ?? (data.reduceOnly ? 'exit' : 'entry');
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
    ...(protection !== undefined && { protection }),
    ...(protects !== undefined && { protects }),
    ...(marketSequence !== undefined && { marketSequence }),
    timeInForce: data.timeInForce ?? 'GTC',
    attempt: data.attempt ?? 1,
    reduceOnly: data.reduceOnly,
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
  const { slippageBps } = settings;
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

function changeOrder(
  state: PortfolioState,
  id: OrderId,
  fact: OrderFact,
  more?: Partial<Order>,
): void {
  const order = state.orders.get(id) ?? state.endedOrders.get(id);
  const status = order && statusAfter(order.status, fact);
  if (!order || !status) return;
  update(state, id, () => ({ ...order, status, changes: order.changes + 1, ...more }));
  const hasFailed = (status === 'cancelled' || status === 'rejected') && !order.cancellation;
  if (hasFailed && protectsWhatIsHeld(state, order))
    changeLeg(state, order, (leg) => ({
      ...leg,
      failures: leg.failures + 1,
      ...(order.triggeredMs !== undefined && { isTriggered: true }),
    }));
}

function intendCancel(
  state: PortfolioState,
  { data: { orderId, reason, detail, leave = false }, timeMs }: DraftOf<'order_cancel_intended'>,
): void {
  const cancellation = { timeMs, reason, detail, leave };
  update(state, orderId, (order) => ({ ...order, cancellation }));
}

/** It never was at the venue: as long as the signal is good it may have another order. */
function mayBeSentAgain(state: PortfolioState, id: OrderId): void {
  const order = state.orders.get(id);
  if (order && !isProtective(order)) state.unsent.set(order.signalId, order.attempt);
}

/** A person has been told that this order was the last of its leg. */
function giveUp(state: PortfolioState, id: OrderId | undefined): void {
  const order = id && state.endedOrders.get(id);
  if (order && protectsWhatIsHeld(state, order))
    changeLeg(state, order, (leg) => ({ ...leg, isGivenUp: true }));
}

function protectsWhatIsHeld(state: PortfolioState, order: Order): boolean {
  const position = state.positions.get(instrumentKey(order));
  return isProtective(order) && position?.entrySignalId === order.signalId;
}

/**
 * The next position may come of the same signal, when the rest of its entry is filled after all: then its protective
 * orders must not have the ids of those before. So their number stays.
 */
function closeLegs(state: PortfolioState, signalId: EventId): void {
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

function changeLeg(state: PortfolioState, order: Order, change: (leg: Leg) => Leg): void {
  const legs = state.legs.get(order.signalId) ?? new Map<string, Leg>();
  const leg = legs.get(legOf(order)) ?? { orders: 0, filled: zero, failures: 0 };
  state.legs.set(order.signalId, new Map(legs).set(legOf(order), change(leg)));
}

function fill(state: PortfolioState, { data, timeMs }: DraftOf<'order_filled'>): void {
  const order = state.orders.get(data.orderId) ?? state.endedOrders.get(data.orderId);
  if (!order) throw broken(state, `it fills order ${data.orderId}, which it never intended`);
  const fill: Fill = {
    side: data.side,
    quantity: new Big(data.quantity),
    price: new Big(data.price),
    fee: new Big(data.fee),
  };
  if (state.positions.size === 0) beginDay(state, timeMs);
  const after = afterFill(state, order, { ...fill, complete: data.complete }, timeMs);
  const spent = fill.quantity.times(fill.price).plus(fill.fee);
  changeOrder(state, order.id, data.complete ? 'whole' : 'part', {
    filledQuantity: order.filledQuantity.plus(fill.quantity),
    fillIds: [...order.fillIds, data.fillId],
    reserved: order.reserved.gt(spent) ? order.reserved.minus(spent) : zero,
  });
  if (protectsWhatIsHeld(state, order))
    changeLeg(state, order, (leg) => ({ ...leg, filled: leg.filled.plus(fill.quantity) }));
  state.cash = after.cash;
  state.lastFillMs = Math.max(state.lastFillMs, timeMs);
  state.filledSequence = Math.max(state.filledSequence, data.marketSequence ?? 0);
  const key = instrumentKey(order);
  if (after.position) state.positions.set(key, after.position);
  else state.positions.delete(key);
  if (after.closed) closeLegs(state, after.closed.entrySignalId);
  // Where nothing is held the worth is known without a price.
  const { valuation, cash } = state;
  if (state.positions.size === 0 && cash.gt(valuation.peakEquity))
    state.valuation = { ...valuation, peakEquity: cash };
}

/** Nothing was held since the day began, so that is what it was worth then. */
function beginDay(state: PortfolioState, timeMs: number): void {
  const dayStartMs = dayStartOf(timeMs, settingsOf(state).dayStart);
  if (dayStartMs > state.valuation.dayStartMs)
    state.valuation = { ...state.valuation, dayStartEquity: state.cash, dayStartMs };
}

/** The cash and the order's position once a fill has been booked. */
export function afterFill(
  portfolio: Portfolio,
  order: Order,
  fill: Fill & { readonly complete: boolean },
  timeMs: number,
): { cash: Big; position?: Position; closed?: Position } {
  const { cash, positions } = portfolio;
  const notional = fill.quantity.times(fill.price);
  const held = positions.get(instrumentKey(order));
  const { within, beyond } = splitAtFlat(held, fill);
  const filled = held && within ? applyFill(enteredBy(held, order), within) : held;
  const isLeft = filled !== undefined && fill.complete && isDust(portfolio, filled, order);
  const kept = isLeft ? { ...filled, quantity: zero } : filled;
  const isClosed = kept !== undefined && kept.quantity.eq(zero);
  const opened = beyond && applyFill(openedBy(order, timeMs), beyond);
  const position = opened ?? (isClosed ? undefined : kept);
  return {
    cash: (fill.side === 'buy' ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee),
    ...(position && { position }),
    ...(isClosed && { closed: kept }),
  };
}

/**
 * Whether an exit has left less than a lot, as where fees are taken from what was bought. Nobody can sell that, so that a
 * position which kept it would never close and no other would be opened.
 */
function isDust(portfolio: Portfolio, position: Position, { side }: Order): boolean {
  const isListed = portfolio.instruments.get(instrumentKey(position))?.status !== 'delisted';
  const { lotSize } = rulesOf(portfolio, position);
  return isListed && !enters(position, side) && position.quantity.lt(lotSize);
}

/** Whoever adds to a position says anew how it is to be protected, and whether it is wanted at all. */
function enteredBy(position: Position, order: Order): Position {
  if (!enters(position, order.side)) return position;
  const { id, protection, cancellation } = order;
  return {
    ...position,
    enteredBy: id,
    isUnwanted: cancellation?.leave ?? false,
    ...(protection && { protection }),
  };
}

function openedBy(order: Order, timeMs: number): Position {
  return openPosition({
    venue: order.venue,
    symbol: order.symbol,
    side: order.side === 'buy' ? 'long' : 'short',
    strategy: order.strategy,
    correlationId: order.correlationId,
    entrySignalId: order.signalId,
    enteredBy: order.id,
    isUnwanted: order.cancellation?.leave ?? false,
    entryTimeMs: timeMs,
    ...(order.protection && { protection: order.protection }),
  });
}

/** What the journal says that came of a fill must be what comes of it here. */
function compare({ name, cash }: Portfolio, { id, data }: DraftOf<'position_changed'>): void {
  if (cash.eq(data.cash)) return;
  throw broken(
    { name },
    `at event ${id} its fills leave ${cash.toFixed()} in cash, the event says ${data.cash}`,
  );
}

function broken({ name }: Pick<Portfolio, 'name'>, contradiction: string): PermanentError {
  return new PermanentError(
    'JOURNAL_BROKEN',
    `the journal of ${name} contradicts itself: ${contradiction}; put the stream back from a backup, or start another portfolio`,
  );
}

function closeTrade(state: PortfolioState, { data, timeMs }: DraftOf<'trade_closed'>): void {
  const hasLost = new Big(data.pnl).lt(zero);
  state.losingStreak = hasLost ? state.losingStreak + 1 : 0;
  if (hasLost) state.lastLoss.set(instrumentKey(data), timeMs);
}

function value(state: PortfolioState, { data, timeMs }: DraftOf<'portfolio_valued'>): void {
  seen(state, data);
  state.valuation = {
    timeMs,
    marketSequence: state.marketSequence,
    prices: new Map(
      data.positions.map((position) => [
        instrumentKey(position),
        { price: Number(position.price), timeMs },
      ]),
    ),
    peakEquity: new Big(data.peakEquity),
    dayStartEquity: new Big(data.dayStartEquity),
    dayStartMs: toMs(data.dayStart),
  };
}

function seen(
  state: PortfolioState,
  { marketSequence = 0 }: { marketSequence?: number | undefined },
): void {
  state.marketSequence = Math.max(state.marketSequence, marketSequence);
}

function dispute(
  state: PortfolioState,
  { data: { differences }, timeMs }: DraftOf<'reconciliation_reported'>,
): void {
  state.reconciled = { timeMs, found: JSON.stringify(differences) };
  state.disputed = new Set(
    differences.flatMap(({ kind, venue, symbol }) =>
      venue && symbol && (kind === 'position' || kind === 'balance')
        ? [instrumentKey({ venue, symbol })]
        : [],
    ),
  );
}

const zero = new Big('0');
