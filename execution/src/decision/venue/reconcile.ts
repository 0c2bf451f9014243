import {
  Big,
  deterministicId,
  NonNegativeDecimal,
  OrderId,
  PositiveDecimal,
} from '@heliograph/contracts';
import type { UnreadOrder, VenueOrder } from '../../brokers/broker.ts';
import { unaskable } from './delisted.ts';
import { isRecent } from '../another-clock.ts';
import { draft, type Draft, type DraftOf } from '../state/draft.ts';
import { holdings, isAllThere, settlingMs, type Difference } from './holdings.ts';
import { cancelIntended } from '../state/order-events.ts';
import type { Order } from '../state/order.ts';
import type { Portfolio } from '../state/portfolio.ts';
import type { Statement } from './statement.ts';

export interface Reconciliation {
  readonly events: readonly Draft[];
  /** Our own orders that the journal knows to have ended and that work at the venue all the same: to be taken back. */
  readonly strays: readonly (VenueOrder | UnreadOrder)[];
}

/** Orders of others that are told one by one. */
const mostNamed = 100;
/** Equal findings are not written down again before that. */
const sayAgainMs = 3_600_000;

/**
 * Compares the venue with the journal, once all that is known of its orders is journalled. Orders of others are adopted
 * and watched, never taken back; a position or a balance that differs closes its symbol to entries until it agrees. What
 * the venue does not list is not taken for gone; nor is what may be an order of which it leaves out the name.
 */
export function reconcile(portfolio: Portfolio, statement: Statement): Reconciliation {
  const own = new Map<string, Order>(portfolio.orders);
  const strays: (VenueOrder | UnreadOrder)[] = [];
  const unread: UnreadOrder[] = [];
  const foreign = new Map<OrderId, VenueOrder>();
  const listed = new Set<string>();
  for (const order of statement.openOrders) {
    const { clientOrderId = '' } = order;
    if (own.has(clientOrderId)) listed.add(clientOrderId);
    else if (statement.wereOpen?.has(clientOrderId)) continue;
    else if (isEnded(portfolio, clientOrderId)) strays.push(order);
    else if ('unread' in order) unread.push(order);
    else foreign.set(foreignId(portfolio, order), order);
  }
  const missed = [...own.values()].filter(
    (order) => isMissed(order, listed, statement) && !unread.some(couldBe(order)),
  );
  const differences = [
    ...missed.map((order) => notListed(portfolio, order, statement)),
    ...strays.map(stillWorking),
    ...foreigners(foreign, unread),
    ...holdings(portfolio, statement),
  ];
  return {
    strays,
    events: [
      ...[...foreign]
        .filter(([id, order]) => !portfolio.foreignOrders.has(id) && isSized(order))
        .map(([id, order]) => adopted(portfolio, { id, order, timeMs: statement.timeMs })),
      ...[...portfolio.foreignOrders]
        .filter(([id, order]) => !foreign.has(id) && !unread.some(isAdopted(order)))
        .map(([id]) => gone(portfolio, id, statement)),
      ...unaskable(portfolio, statement),
      ...missed
        .filter((order) => isToBeGivenUp(portfolio, order, statement))
        .map((order) => givenUp(portfolio, order, statement)),
      ...report(portfolio, differences, statement),
    ],
  };
}

/** Whether it may be that order of ours: it is one of its instrument without a name. */
function couldBe({ venue, symbol }: Order): (order: UnreadOrder) => boolean {
  return (order) =>
    order.venue === venue && order.symbol === symbol && order.clientOrderId === undefined;
}

/** Whether it is that order of somebody else, or may be. */
function isAdopted({
  venue,
  symbol,
  venueOrderId,
}: DraftOf<'order_adopted'>['data']): (order: UnreadOrder) => boolean {
  return (order) =>
    order.venue === venue &&
    order.symbol === symbol &&
    (order.venueOrderId === undefined || order.venueOrderId === venueOrderId);
}

function isEnded({ endedOrders }: Portfolio, clientOrderId: string): boolean {
  const id = OrderId.safeParse(clientOrderId);
  return id.success && endedOrders.has(id.data);
}

function foreignId({ name }: Portfolio, { venue, venueOrderId }: VenueOrder): OrderId {
  return OrderId.parse(`x${deterministicId('foreign', name, venue, venueOrderId)}`);
}

/** The journal believes that it works there. What is on its way, or held here, is not expected to be listed. */
export function isMissed(
  order: Order,
  listed: ReadonlySet<string>,
  { timeMs }: Statement,
): boolean {
  const worksThere = order.status === 'accepted' || order.status === 'partially_filled';
  const sentMs = Math.max(order.timeMs, order.triggeredMs ?? 0);
  const isSettled = !isRecent(sentMs, timeMs, settlingMs);
  return worksThere && !order.isHeld && isSettled && !listed.has(order.id);
}

/**
 * It was to make a position smaller, the venue knows it no more, and all that it could have sold is there: as long as it is
 * open it is in the way of whatever else leaves. That it is not found does not mean that it has sold nothing.
 */
function isToBeGivenUp(portfolio: Portfolio, order: Order, statement: Statement): boolean {
  const isForgotten = statement.forgotten?.has(order.id) === true;
  return (
    isForgotten &&
    order.reduceOnly &&
    !order.cancellation &&
    isAllThere(portfolio, order, statement)
  );
}

function givenUp(portfolio: Portfolio, order: Order, { timeMs }: Statement): Draft {
  const detail = 'the venue has forgotten it, and what it was to leave is all there';
  return cancelIntended(portfolio, order, { timeMs, reason: 'UNRECONCILED', detail });
}

function notListed(portfolio: Portfolio, order: Order, statement: Statement): Difference {
  const { id, venue, symbol, status, reduceOnly } = order;
  const isStuck =
    reduceOnly && statement.forgotten?.has(id) && !isAllThere(portfolio, order, statement);
  const rest = isStuck
    ? '; it does not know it any more, and what it was to leave is not as it was: look there, then cancel it'
    : '';
  const found = `${status.replace('_', ' ')} here, but the venue does not list it as open${rest}`;
  return { orderId: id, found, kind: 'order', venue, symbol };
}

function stillWorking({ clientOrderId = '', venue, symbol }: VenueOrder | UnreadOrder): Difference {
  const found = 'ended here, but it works at the venue: it is taken back';
  return { orderId: clientOrderId, found, kind: 'order', venue, symbol };
}

/** As many as a person might read: all of them are more than a message holds. */
function foreigners(
  foreign: ReadonlyMap<OrderId, VenueOrder>,
  unread: readonly UnreadOrder[],
): Difference[] {
  const named = [
    ...unread.slice(0, mostNamed).map(isUnread),
    ...[...foreign].slice(0, mostNamed).map(([id, order]) => isForeign(id, order)),
  ].slice(0, mostNamed);
  const more = unread.length + foreign.size - named.length;
  if (more === 0) return named;
  const found = `${more} more orders are not from here: they are watched and counted`;
  return [...named, { orderId: '', found, kind: 'adopted' }];
}

function isUnread({ clientOrderId, venueOrderId, venue, symbol, unread }: UnreadOrder): Difference {
  const which = venueOrderId === undefined ? '' : `, ${venueOrderId} at the venue`;
  const whose = clientOrderId === undefined ? 'may be from here' : 'is not from here';
  const found = `an order of ${symbol}${which}, of which ${unread}: it ${whose}, and cannot be counted`;
  return { orderId: clientOrderId ?? '', found, kind: 'adopted', venue, symbol };
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
  const isSaid =
    !wasAway && reconciled?.found === found && isRecent(reconciled.timeMs, timeMs, sayAgainMs);
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
