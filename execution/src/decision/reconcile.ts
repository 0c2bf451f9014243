import {
  Big,
  deterministicId,
  NonNegativeDecimal,
  OrderId,
  PositiveDecimal,
  type JournalEventOf,
} from '@heliograph/contracts';
import type { Balance, VenueOrder, VenuePosition } from '../brokers/broker.ts';
import { unaskable } from './delisted.ts';
import { draft, type Draft } from './draft.ts';
import { isUnsent, type Order } from './order.ts';
import { instrumentKey } from '../instrument-key.ts';
import { assetOf, rulesOf, type Portfolio } from './portfolio.ts';
import type { Position } from './position.ts';
import type { Statement } from './statement.ts';

export interface Reconciliation {
  readonly events: readonly Draft[];
  /** Our own orders that the journal knows to have ended and that work at the venue all the same: to be taken back. */
  readonly strays: readonly VenueOrder[];
}

type Difference = JournalEventOf<'reconciliation_reported'>['data']['differences'][number];

/** What has just moved may not be in the venue's answers yet. */
const settlingMs = 5_000;
/** Equal findings are not written down again before that. */
const sayAgainMs = 3_600_000;

/**
 * Compares the venue with the journal, once all that is known of its orders is journalled. Orders of others are adopted
 * and watched, never taken back; a position or a balance that differs closes its symbol to entries until it agrees. What
 * the venue does not list is not taken for gone.
 */
export function reconcile(portfolio: Portfolio, statement: Statement): Reconciliation {
  const own = new Map<string, Order>(portfolio.orders);
  const strays: VenueOrder[] = [];
  const foreign = new Map<OrderId, VenueOrder>();
  const listed = new Set<string>();
  for (const order of statement.openOrders) {
    const { clientOrderId = '' } = order;
    if (own.has(clientOrderId)) listed.add(clientOrderId);
    else if (statement.wereOpen?.has(clientOrderId)) continue;
    else if (isEnded(portfolio, clientOrderId)) strays.push(order);
    else foreign.set(foreignId(portfolio, order), order);
  }
  const differences = [
    ...[...own.values()].filter((order) => isMissed(order, listed, statement)).map(notListed),
    ...strays.map(stillWorking),
    ...[...foreign].map(([id, order]) => isForeign(id, order)),
    ...holdings(portfolio, statement),
  ];
  return {
    strays,
    events: [
      ...[...foreign]
        .filter(([id, order]) => !portfolio.foreignOrders.has(id) && isSized(order))
        .map(([id, order]) => adopted(portfolio, { id, order, timeMs: statement.timeMs })),
      ...[...portfolio.foreignOrders.keys()]
        .filter((id) => !foreign.has(id))
        .map((id) => gone(portfolio, id, statement)),
      ...unaskable(portfolio, statement),
      ...report(portfolio, differences, statement),
    ],
  };
}

function isEnded({ endedOrders }: Portfolio, clientOrderId: string): boolean {
  const id = OrderId.safeParse(clientOrderId);
  return id.success && endedOrders.has(id.data);
}

function foreignId({ name }: Portfolio, { venue, venueOrderId }: VenueOrder): OrderId {
  return OrderId.parse(`x${deterministicId('foreign', name, venue, venueOrderId)}`);
}

/** The journal believes that it works there. What is on its way, or held here, is not expected to be listed. */
function isMissed(order: Order, listed: ReadonlySet<string>, { timeMs }: Statement): boolean {
  const worksThere = order.status === 'accepted' || order.status === 'partially_filled';
  const isSettled = timeMs - Math.max(order.timeMs, order.triggeredMs ?? 0) > settlingMs;
  return worksThere && !order.isHeld && isSettled && !listed.has(order.id);
}

function notListed({ id, venue, symbol, status }: Order): Difference {
  const found = `${status.replace('_', ' ')} here, but the venue does not list it as open`;
  return { orderId: id, found, kind: 'order', venue, symbol };
}

function stillWorking({ clientOrderId = '', venue, symbol }: VenueOrder): Difference {
  const found = 'ended here, but it works at the venue: it is taken back';
  return { orderId: clientOrderId, found, kind: 'order', venue, symbol };
}

function isForeign(id: OrderId, order: VenueOrder): Difference {
  const { venue, symbol, side, type, quantity, venueOrderId } = order;
  const [what, so] = isSized(order)
    ? [`${side} ${quantity} ${symbol}`, 'it is watched and counted']
    : [`${side} ${symbol} of no stated quantity`, 'it cannot be counted'];
  const found = `${what} (${type}, ${venueOrderId} at the venue) is not from here: ${so}`;
  return { orderId: id, found, kind: 'adopted', venue, symbol };
}

/** One that closes a position whatever it is then, or buys for an amount of money, may have no quantity to count. */
function isSized({ quantity }: VenueOrder): boolean {
  return new Big(quantity).gt('0');
}

function adopted(
  portfolio: Portfolio,
  { id, order, timeMs }: { id: OrderId; order: VenueOrder; timeMs: number },
): Draft {
  const { venue, symbol, side, venueOrderId, type, reduceOnly, limitPrice } = order;
  const price = PositiveDecimal.safeParse(limitPrice);
  return draft('order_adopted', aboutForeign(portfolio, { id, timeMs, subject: symbol }), {
    orderId: id,
    venue,
    symbol,
    side,
    venueOrderId,
    orderType: type,
    quantity: PositiveDecimal.parse(order.quantity),
    filledQuantity: NonNegativeDecimal.parse(order.filledQuantity),
    ...(price.success && { limitPrice: price.data }),
    reduceOnly,
  });
}

/** An adopted order that the venue does not list any more. */
function gone(portfolio: Portfolio, id: OrderId, { timeMs }: Statement): Draft {
  const order = portfolio.foreignOrders.get(id);
  if (!order) throw new Error(`order ${id} was never adopted`);
  const { venue, symbol, side } = order;
  return draft('order_cancelled', aboutForeign(portfolio, { id, timeMs, subject: symbol }), {
    orderId: id,
    venue,
    symbol,
    side,
    reason: 'CANCEL_REQUESTED',
    detail: 'it does not work at the venue any more: filled or taken back there',
    filledQuantity: order.filledQuantity,
  });
}

/**
 * Positions on a margin account must be equal; on a spot account the balance must hold at least what is held here. Where an
 * order may be at the venue or not, or has just been filled, nothing can be said of its instrument: what was found before
 * stands.
 */
function holdings(portfolio: Portfolio, { positions, balances, timeMs }: Statement): Difference[] {
  const open = new Set([...portfolio.orders.values()].filter(isUnsent).map(assetOf));
  for (const [key, filledMs] of portfolio.filledMs)
    if (timeMs - filledMs < settlingMs) open.add(assetOf({ symbol: key.split('|')[1] }));
  const isOpen = (instrument: { symbol?: string | undefined }): boolean =>
    open.has(assetOf(instrument));
  const differences = formerHoldings(portfolio).filter(isOpen);
  for (const position of portfolio.positions.values()) {
    if (isOpen(position)) continue;
    const difference = positions
      ? positionDiffers(position, positions)
      : balanceFalls(portfolio, position, balances);
    if (difference) differences.push(difference);
  }
  for (const { venue, symbol, side, quantity } of positions ?? []) {
    const isKnown = portfolio.positions.has(instrumentKey({ venue, symbol }));
    if (isKnown || isOpen({ symbol }) || new Big(quantity).eq('0')) continue;
    const found = `${side} ${quantity} ${symbol} at the venue, nothing here`;
    differences.push({ orderId: '', found, kind: 'position', venue, symbol });
  }
  return differences;
}

function formerHoldings({ reconciled }: Portfolio): Difference[] {
  const found: Difference[] = JSON.parse(reconciled?.found ?? '[]');
  return found.filter(({ kind }) => kind === 'position' || kind === 'balance');
}

function positionDiffers(
  { venue, symbol, side, quantity }: Position,
  positions: readonly VenuePosition[],
): Difference | undefined {
  const there = positions.find((each) => instrumentKey(each) === instrumentKey({ venue, symbol }));
  const isEqual = there?.side === side && quantity.eq(there.quantity);
  if (isEqual) return undefined;
  const found = `${side} ${quantity.toFixed()} here, ${there ? `${there.side} ${there.quantity}` : 'none listed'} at the venue`;
  return { orderId: '', found, kind: 'position', venue, symbol };
}

function balanceFalls(
  portfolio: Portfolio,
  position: Position,
  balances: readonly Balance[],
): Difference | undefined {
  const { venue, symbol, quantity } = position;
  const base = assetOf(position);
  const total = new Big(balances.find(({ currency }) => currency === base)?.total ?? '0');
  // Less than a lot cannot be traded anyway: fees and dust.
  if (quantity.minus(total).lt(rulesOf(portfolio, position).lotSize)) return undefined;
  const found = `${quantity.toFixed()} ${base} here, ${total.toFixed()} at the venue`;
  return { orderId: '', found, kind: 'balance', venue, symbol };
}

/** The first comparison of a portfolio is always written down; later ones when they find something else, or hourly. */
function report(
  portfolio: Portfolio,
  differences: readonly Difference[],
  { timeMs, positions, balances, isSilent = false }: Statement,
): Draft[] {
  const { reconciled, orders, incidents } = portfolio;
  const found = JSON.stringify(differences);
  // That it answers again is news as well.
  const wasAway =
    !isSilent && (incidents.get('VENUE_UNREACHABLE') ?? -Infinity) >= (reconciled?.timeMs ?? 0);
  const isSaid = !wasAway && reconciled?.found === found && timeMs - reconciled.timeMs < sayAgainMs;
  if (isSaid) return [];
  return [
    draft(
      'reconciliation_reported',
      aboutPortfolio(portfolio, { key: `${timeMs}`, timeMs, subject: portfolio.name }),
      {
        checked: orders.size,
        differences: [...differences],
        positionsChecked: positions?.length ?? balances.length,
      },
    ),
  ];
}

/** A venue may list an order again that it had not listed for a while: each time is an event of its own. */
function aboutForeign(
  portfolio: Portfolio,
  { id, timeMs, subject }: { id: OrderId; timeMs: number; subject: string },
) {
  return aboutPortfolio(portfolio, { key: `${id} ${timeMs}`, timeMs, subject });
}

function aboutPortfolio(
  { name }: Portfolio,
  { key, timeMs, subject }: { key: string; timeMs: number; subject: string },
) {
  const correlationId = deterministicId('portfolio', name);
  return { portfolio: name, key, timeMs, subject, correlationId };
}
