import { Big, JournalEvent } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anOrder, hear, openedWith } from '../../testing/portfolios.ts';
import { draftOf, recorded, type Draft } from './draft.ts';
import { evolve } from './evolve.ts';
import { outcomeUnknown } from './order-events.ts';
import { isUnsent, type Order } from './order.ts';
import type { PortfolioState } from './portfolio.ts';

/** The books of a portfolio, whatever the venue tells of its orders, and in whatever order. */

interface Told {
  readonly order: number;
  readonly what: 'accepted' | 'rejected' | 'cancelled' | 'unknown' | 'fill' | 'again';
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  readonly complete: boolean;
}

/** A decimal of up to `places` digits after the point. */
const decimal = (min: number, max: number, places: number) =>
  fc
    .integer({ min, max: max * 10 ** places })
    .map((digits) => new Big(digits.toString()).div(new Big((10 ** places).toString())).toFixed());

const anyTold: fc.Arbitrary<Told> = fc.record({
  order: fc.nat(5),
  what: fc.constantFrom(
    'accepted',
    'rejected',
    'cancelled',
    'unknown',
    'fill',
    'fill',
    'fill',
    'again',
  ),
  quantity: decimal(1, 3, 8),
  // One has more digits than a quotient.
  price: fc.oneof(
    { weight: 5, arbitrary: decimal(1, 70_000, 4) },
    fc.constant(`7.${'3'.repeat(30)}`),
  ),
  fee: decimal(0, 5, 10),
  complete: fc.boolean(),
});
const anySides = fc.array(fc.constantFrom('buy', 'sell'), { minLength: 6, maxLength: 6 });

const opening = { shorting: true, cash: '100000' };

interface History {
  readonly state: PortfolioState;
  readonly events: readonly Draft[];
}

/** Six orders of one symbol, and what the venue tells of them. */
function play(sides: readonly ('buy' | 'sell')[], told: readonly Told[]): History {
  const state = openedWith(opening);
  const events: Draft[] = [];
  const orders = sides.map((side) => anOrder(state, { side }));
  const fills = new Map<string, Parameters<typeof hear>[2]>();
  for (const { order: index, what, ...fill } of told) {
    const known = orders[index];
    const order = known && (state.orders.get(known.id) ?? state.endedOrders.get(known.id));
    if (order) events.push(...tell(state, order, { what, fill, fills }));
  }
  return { state, events };
}

function tell(
  state: PortfolioState,
  order: Order,
  {
    what,
    fill,
    fills,
  }: {
    what: Told['what'];
    fill: Pick<Told, 'quantity' | 'price' | 'fee' | 'complete'>;
    fills: Map<string, Parameters<typeof hear>[2]>;
  },
): Draft[] {
  if (what === 'unknown') {
    // It is what comes of sending an order.
    if (!isUnsent(order) || order.status === 'unknown') return [];
    const event = outcomeUnknown(state, order, { timeMs: 0, detail: '' });
    evolve(state, event);
    return [event];
  }
  if (what !== 'fill' && what !== 'again') return hear(state, order, { type: what });
  const fact =
    what === 'again'
      ? fills.get(order.id)
      : ({ type: 'filled', fillId: String(fills.size), ...fill } as const);
  if (!fact) return [];
  const before = fills.has(order.id) && what === 'again';
  fills.set(order.id, fact);
  const events = hear(state, order, fact);
  if (before) expect(events).toEqual([]);
  return events;
}

const zero = new Big('0');
const none = { quantity: zero, notional: zero };

const sum = (values: readonly Big[]): Big =>
  values.reduce((total, value) => total.plus(value), new Big('0'));

function eachHistory(check: (history: History, sides: readonly ('buy' | 'sell')[]) => void): void {
  fc.assert(
    fc.property(anySides, fc.array(anyTold, { maxLength: 30 }), (sides, told) =>
      check(play(sides, told), sides),
    ),
  );
}

const filled = (events: readonly Draft[]) =>
  events.filter((event) => event.type === 'order_filled');

describe('the books', () => {
  test('hold the cash that the fills leave, to the last digit', () => {
    eachHistory(({ state, events }) => {
      const moved = filled(events).map(({ data: { side, quantity, price, fee } }) => {
        const notional = new Big(quantity).times(price);
        return (side === 'buy' ? notional.times('-1') : notional).minus(fee);
      });
      expect(state.cash.toFixed()).toBe(new Big('100000').plus(sum(moved)).toFixed());
    });
  });

  test('hold the quantity that the fills leave, long or short, to the last digit', () => {
    eachHistory(({ state, events }) => {
      const left = sum(
        filled(events).map(({ data: { side, quantity } }) =>
          new Big(quantity).times(side === 'buy' ? '1' : '-1'),
        ),
      );
      const [position] = state.positions.values();
      const held = position?.quantity.times(position.side === 'long' ? '1' : '-1').toFixed();
      expect(held ?? '0').toBe(left.toFixed());
    });
  });

  test('whenever they are flat have earned what their trades have, to the last digit', () => {
    eachHistory(({ events }) => {
      let earned = new Big('100000');
      const [told, booked]: [string[], string[]] = [[], []];
      for (const [index, event] of events.entries()) {
        if (event.type !== 'trade_closed') continue;
        earned = earned.plus(event.data.pnl);
        const [before, next] = [events[index - 1], events[index + 1]];
        // A fill that opens another position at once leaves no flat moment.
        if (before?.type !== 'position_changed' || next?.type === 'position_changed') continue;
        told.push(earned.toFixed());
        booked.push(new Big(before.data.cash).toFixed());
      }
      expect(told).toEqual(booked);
    });
  });

  test('tell average prices that are quotients of what was paid and how much there was', () => {
    eachHistory(({ events }) => {
      let held = zero;
      const [told, reckoned]: [string[], string[]] = [[], []];
      let entered = none;
      let left = entered;
      /** Of what is held: a part that is left takes its share of it along. */
      let basis = none;
      const add = (to: typeof none, quantity: Big, price: string) => ({
        quantity: to.quantity.plus(quantity),
        notional: to.notional.plus(quantity.times(price)),
      });
      const average = ({ quantity, notional }: typeof none): string =>
        notional.div(quantity).toFixed();
      let closed = { entry: '', exit: '' };
      for (const { type, data } of events) {
        if (type === 'order_filled') {
          const change = new Big(data.quantity).times(data.side === 'buy' ? '1' : '-1');
          const isLeaving = held.times(change).lt('0');
          const within = !isLeaving
            ? zero
            : change.abs().gt(held.abs())
              ? held.abs()
              : change.abs();
          const beyond = change.abs().minus(within);
          // What was held when it was made larger, at what it cost on average.
          if (!isLeaving && left.quantity.gt('0'))
            basis = {
              quantity: held.abs(),
              // No quotient is cut where nothing has left since.
              notional: held.abs().eq(basis.quantity)
                ? basis.notional
                : basis.notional.times(held.abs()).div(basis.quantity),
            };
          held = held.plus(change);
          if (isLeaving) {
            left = add(left, within, data.price);
            closed = { entry: average(entered), exit: average(left) };
            if (held.eq('0') || beyond.gt('0')) [entered, left, basis] = [none, none, none];
          }
          if (beyond.gt('0')) entered = add(entered, beyond, data.price);
          if (beyond.gt('0')) basis = add(basis, beyond, data.price);
        }
        if (type === 'trade_closed') {
          told.push(data.entryPrice, data.exitPrice);
          reckoned.push(closed.entry, closed.exit);
        }
        if (type === 'position_changed' && data.side !== 'flat') {
          told.push(data.averageEntryPrice);
          reckoned.push(average(basis));
        }
      }
      expect(told).toEqual(reckoned);
    });
  });

  test('make no event twice', () => {
    eachHistory(({ events }) => {
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    });
  });

  test('tell a person of each fill after the end of its order, or beyond its size, and of no other', () => {
    eachHistory(({ events }) => {
      const ended = new Set<string>();
      for (const [index, event] of events.entries()) {
        if (event.type === 'order_cancelled' || event.type === 'order_rejected')
          ended.add(event.data.orderId);
        if (event.type !== 'order_filled') continue;
        const { orderId, filledQuantity, complete } = event.data;
        const rest = events.slice(index + 1);
        const own = rest.slice(0, rest.findIndex(({ type }) => type === 'order_filled') >>> 0);
        expect(own.filter(({ type }) => type === 'incident_reported')).toHaveLength(
          ended.has(orderId) || new Big(filledQuantity).gt('1') ? 1 : 0,
        );
        if (complete) ended.add(orderId);
      }
    });
  });

  test('are the same when they are read back from the journal, whose events are all valid', () => {
    eachHistory(({ state, events }, sides) => {
      const again = openedWith(opening);
      for (const side of sides) anOrder(again, { side });
      for (const event of events) {
        const written = JSON.stringify(recorded(event, { source: 'test', recordedMs: 0 }));
        evolve(again, draftOf(JournalEvent.parse(JSON.parse(written))));
      }
      expect(again).toEqual(state);
    });
  });

  test('are the same however often each report is told', () => {
    fc.assert(
      fc.property(anySides, fc.array(anyTold, { maxLength: 30 }), (sides, told) => {
        const doubled = told.flatMap((fact): Told[] =>
          fact.what === 'fill' ? [fact, { ...fact, what: 'again' }] : [fact, fact],
        );
        expect(play(sides, doubled).events.map(({ id }) => id)).toEqual(
          play(sides, told).events.map(({ id }) => id),
        );
      }),
    );
  });
});
