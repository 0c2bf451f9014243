import { Big, decimalOf, signOf } from '@heliograph/contracts';
import { broken } from './broken.ts';
import type { DraftOf } from './draft.ts';
import {
  beginLegs,
  changeLeg,
  changeOrder,
  closeLegs,
  protectsWhatIsHeld,
} from './evolve-orders.ts';
import type { Order } from './order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { settingsOf, type Portfolio, type PortfolioState } from './portfolio.ts';
import {
  applyFill,
  enters,
  openPosition,
  splitAtFlat,
  type Fill,
  type Opening,
  type Position,
} from './position.ts';
import { dayStartOf } from '../trading-day.ts';

const zero = new Big('0');

export function fill(state: PortfolioState, { data, timeMs }: DraftOf<'order_filled'>): void {
  const order = state.orders.get(data.orderId) ?? state.endedOrders.get(data.orderId);
  if (!order) throw broken(state, `it fills order ${data.orderId}, which it never intended`);
  const fill: Fill = {
    side: data.side,
    quantity: decimalOf(data.quantity),
    price: decimalOf(data.price),
    fee: decimalOf(data.fee),
  };
  if (state.positions.size === 0) beginDay(state, timeMs);
  const after = afterFill(state, order, fill, { timeMs, isLast: data.complete });
  changeOrder(state, order.id, data.complete ? 'whole' : 'part', {
    filledQuantity: order.filledQuantity.plus(fill.quantity),
    fillIds: [...order.fillIds, data.fillId],
    reserved: reservedAfter(order, fill),
  });
  if (protectsWhatIsHeld(state, order))
    changeLeg(state, order, (leg) => ({ ...leg, filled: leg.filled.plus(fill.quantity) }));
  state.cash = after.cash;
  state.lastFillMs = Math.max(state.lastFillMs, timeMs);
  state.filledSequence = Math.max(state.filledSequence, data.marketSequence ?? 0);
  const key = instrumentKey(order);
  state.filledMs.set(key, Math.max(state.filledMs.get(key) ?? 0, timeMs));
  const before = state.positions.get(key);
  const isLarger = !before || after.position?.enteredQuantity.gt(before.enteredQuantity);
  // What is left once something was written off is all there: what was refused before says nothing of it either.
  if (after.position && (isLarger || order.isWriteOff))
    beginLegs(state, after.position.entrySignalId);
  if (after.position) state.positions.set(key, after.position);
  else state.positions.delete(key);
  if (after.closed) closeLegs(state, after.closed.entrySignalId);
  // Where nothing is held the worth is known without a price.
  const { valuation, cash } = state;
  if (state.positions.size === 0 && cash.gt(valuation.peakEquity))
    state.valuation = { ...valuation, peakEquity: cash };
}

/** What is held back for an order once a fill has spent of it. */
function reservedAfter({ reserved }: Order, { quantity, price, fee }: Fill): Big {
  if (signOf(reserved) === 0) return reserved;
  const spent = quantity.times(price).plus(fee);
  return reserved.gt(spent) ? reserved.minus(spent) : zero;
}

/** Nothing was held since the day began, so that is what it was worth then. */
function beginDay(state: PortfolioState, timeMs: number): void {
  const dayStartMs = dayStartOf(timeMs, settingsOf(state).dayStart);
  if (dayStartMs > state.valuation.dayStartMs)
    state.valuation = { ...state.valuation, dayStartEquity: state.cash, dayStartMs };
}

/**
 * The cash and the order's position once a fill has been booked; `isLast`: the order is filled whole with it. Where the
 * venue keeps its fee in what was bought, less than a lot is left of it in the end, which no order can sell: then the
 * position is closed, and what that cost is counted as lost.
 */
export function afterFill(
  {
    cash,
    positions,
    instruments,
    decisionsVersion,
  }: Pick<Portfolio, 'cash' | 'positions' | 'instruments' | 'decisionsVersion'>,
  order: Order,
  fill: Fill,
  { timeMs, isLast }: { timeMs: number; isLast: boolean },
): { cash: Big; position?: Position; closed?: Position } {
  const notional = fill.quantity.times(fill.price);
  const held = positions.get(instrumentKey(order));
  const { within, beyond } = splitAtFlat(held, fill);
  const kept =
    held && within ? applyFill(enteredBy(held, order, timeMs), within, decisionsVersion) : held;
  const lot = instruments.get(instrumentKey(order))?.rules.lotSize ?? '0';
  const isLeft = kept !== undefined && within !== undefined && !enters(kept, fill.side);
  const isClosed =
    kept !== undefined &&
    (signOf(kept.quantity) === 0 || (isLeft && isLast && kept.quantity.lt(lot)));
  const opened = beyond && openPosition(openedBy(order, timeMs), beyond);
  const position = opened ?? (isClosed ? undefined : kept);
  return {
    cash: (fill.side === 'buy' ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee),
    ...(position && { position }),
    ...(isClosed && { closed: { ...kept, quantity: zero, enteredQuantity: kept.leftQuantity } }),
  };
}

/** Whoever adds to a position says anew how it is to be protected, and whether it is wanted at all. */
function enteredBy(position: Position, order: Order, timeMs: number): Position {
  if (!enters(position, order.side)) return position;
  const { id, protection, cancellation } = order;
  const isAnother = id !== position.enteredBy;
  return {
    ...position,
    enteredBy: id,
    isUnwanted: cancellation?.leave ?? false,
    ...(protection && isAnother && { protection, protectedMs: timeMs }),
  };
}

function openedBy(order: Order, timeMs: number): Opening {
  return {
    venue: order.venue,
    symbol: order.symbol,
    side: order.side === 'buy' ? 'long' : 'short',
    strategy: order.strategy,
    correlationId: order.correlationId,
    entrySignalId: order.signalId,
    enteredBy: order.id,
    isUnwanted: order.cancellation?.leave ?? false,
    entryTimeMs: timeMs,
    protectedMs: timeMs,
    ...(order.protection && { protection: order.protection }),
  };
}

/** What the journal says that came of a fill must be what comes of it here. */
export function compare(
  { name, cash }: Portfolio,
  { id, data }: DraftOf<'position_changed'>,
): void {
  if (cash.eq(data.cash)) return;
  throw broken(
    { name },
    `at event ${id} its fills leave ${cash.toFixed()} in cash, the event says ${data.cash}`,
  );
}

export function closeTrade(state: PortfolioState, { data, timeMs }: DraftOf<'trade_closed'>): void {
  const hasLost = signOf(decimalOf(data.pnl)) < 0;
  state.losingStreak = hasLost ? state.losingStreak + 1 : 0;
  if (hasLost) state.lastLoss.set(instrumentKey(data), timeMs);
}
