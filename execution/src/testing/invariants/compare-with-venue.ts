import { Big } from '@heliograph/contracts';
import { dueMs, isUnsent } from '../../decision/state/order.ts';
import type { Portfolio } from '../../decision/state/portfolio.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { LivedHistory, LiveHistory } from '../live-history.ts';
import type { Report } from './report.ts';

/** How long it may take, while nothing goes wrong any more, until it is known what became of an order. */
const foundOutWithinMs = 30_000;
const zero = new Big('0');

/** The journal has booked what the venue has filled: each fill once, to the last digit. */
export function compareLedgers(
  { settings }: LiveHistory,
  { venue, journal }: LivedHistory,
  final: Portfolio,
  report: Report,
): void {
  const atVenue = new Map<string, string>();
  let cash = new Big(settings.cash);
  const held = new Map<string, Big>();
  for (const order of venue.taken)
    for (const fill of venue.reportsOf(order)) {
      if (fill.type !== 'filled') continue;
      atVenue.set(`${order.id} ${fill.fillId}`, `${fill.quantity} at ${fill.price}, ${fill.fee}`);
      const { side } = order.request;
      const notional = new Big(fill.quantity).times(fill.price);
      cash = (side === 'buy' ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee);
      const key = instrumentKey(order.request);
      const change = new Big(fill.quantity).times(side === 'buy' ? '1' : '-1');
      held.set(key, (held.get(key) ?? zero).plus(change));
    }
  const booked = new Map<string, string>();
  for (const event of journal) {
    if (event.type !== 'order_filled') continue;
    const { orderId, fillId, quantity, price, fee } = event.data;
    const key = `${orderId} ${fillId}`;
    if (booked.has(key)) report(`fill ${key} is booked twice`);
    booked.set(key, `${quantity} at ${price}, ${fee}`);
  }
  for (const [key, fill] of atVenue)
    if (booked.get(key) !== fill) report(`fill ${key} (${fill}) is booked as ${booked.get(key)}`);
  for (const key of booked.keys()) if (!atVenue.has(key)) report(`fill ${key} never was`);
  if (journal.length > 0 && !cash.eq(final.cash))
    report(`cash is ${final.cash.toFixed()}, the fills leave ${cash.toFixed()}`);
  for (const key of new Set([...held.keys(), ...final.positions.keys()])) {
    const position = final.positions.get(key);
    const own = position ? position.quantity.times(position.side === 'long' ? '1' : '-1') : zero;
    if (!own.eq(held.get(key) ?? zero))
      report(`${key}: ${own.toFixed()} here, ${(held.get(key) ?? zero).toFixed()} at the venue`);
  }
}

/** What works at the venue is known here, and what is believed to work there does. */
export function compareOrders({ venue }: LivedHistory, final: Portfolio, report: Report): void {
  const resting = new Map(
    venue.taken.filter((order) => venue.isResting(order)).map((order) => [order.id, order]),
  );
  for (const id of resting.keys()) if (!final.orders.has(id)) report(`${id} is an orphan`);
  for (const order of final.orders.values()) {
    const { state } = final.tradingState;
    if (order.role === 'entry' && state !== 'ACTIVE') report(`entry ${order.id} outlives ${state}`);
    if (isUnsent(order)) {
      const sinceMs = Date.now() - dueMs(order);
      if (sinceMs > foundOutWithinMs)
        report(`${order.role} ${order.id} is ${order.status} for ${sinceMs} ms`);
    } else if (!order.isHeld && !resting.has(order.id))
      report(`${order.role} ${order.id} is ${order.status} here, but does not work at the venue`);
  }
}

/** What may only make a position smaller never makes one on the other side, whatever else is being sold meanwhile. */
export function checkReductions({ venue }: LivedHistory, report: Report): void {
  const fills = venue.taken
    .flatMap(({ id, request, ...order }) =>
      venue
        .reportsOf({ id, request, ...order })
        .flatMap((told) => (told.type === 'filled' ? [{ id, request, told }] : [])),
    )
    .toSorted((a, b) => a.told.sequence - b.told.sequence);
  const held = new Map<string, Big>();
  for (const { id, request, told } of fills) {
    const key = instrumentKey(request);
    const before = held.get(key) ?? zero;
    const after = before.plus(new Big(told.quantity).times(request.side === 'buy' ? '1' : '-1'));
    held.set(key, after);
    const isBeyond = after.abs().gt(before.abs()) || after.times(before).lt(zero);
    if (request.reduceOnly && isBeyond)
      report(`${id} takes ${key} from ${before.toFixed()} to ${after.toFixed()}`);
  }
}
