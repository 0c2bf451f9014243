import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../testing/any.ts';
import { after, anOrder, hear, nowMs, openedWith } from '../../testing/portfolios.ts';
import { entered, first, guard, protective, stop, targets } from '../../testing/protected.ts';
import { cancelIntended, cancelled, triggered } from '../state/order-events.ts';
import type { Order } from '../state/order.ts';
import type { PortfolioState } from '../state/portfolio.ts';

describe('a position that asks for a stop', () => {
  test('gets it again when it is lost, tells a person, and is closed after the third time', () => {
    const { state } = entered(stop);
    guard(state);
    for (const [attempt, often] of [
      [2, 'once'],
      [3, '2 times'],
    ]) {
      hear(state, first(state, 'stop_loss'), { type: 'cancelled' });
      const detail = `stop_loss was lost ${often}: it is placed again`;
      expect(guard(state)).toMatchObject([
        { type: 'incident_reported', data: { kind: 'UNPROTECTED', detail } },
        { type: 'order_intended', data: { role: 'stop_loss', attempt } },
      ]);
      expect(guard(state)).toEqual([]);
    }
    hear(state, first(state, 'stop_loss'), { type: 'rejected' });
    expect(guard(state)).toMatchObject([
      { type: 'incident_reported', data: { kind: 'UNPROTECTED' } },
      { data: { role: 'unprotected', orderType: 'market', size: { quantity: '2' } } },
    ]);
    expect(guard(state)).toEqual([]);
  });

  test('is left at the market when its stop is lost on the way to the venue', () => {
    const { state } = entered(stop);
    guard(state);
    const order = first(state, 'stop_loss');
    hear(state, order, { type: 'accepted' });
    after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
    hear(state, order, { type: 'cancelled' });
    expect(guard(state)).toMatchObject([
      { type: 'incident_reported', data: { kind: 'UNPROTECTED' } },
      { type: 'order_intended', data: { role: 'stop_loss', orderType: 'market' } },
    ]);
    expect(guard(state)).toEqual([]);
  });

  test('is told of each guard that is lost, also when an increase has changed what guards it', () => {
    const { state } = entered(stop);
    guard(state);
    hear(state, first(state, 'stop_loss'), { type: 'cancelled' });
    const told = guard(state);
    const protection = { trailingStop: { distanceBps: 300 } };
    const more = anOrder(state, { intent: 'increase', protection });
    hear(state, more, { type: 'filled', quantity: '1' });
    guard(state);
    hear(state, first(state, 'trailing_stop'), { type: 'cancelled' });
    told.push(...guard(state));
    const incidents = told.filter(({ type }) => type === 'incident_reported');
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(2);
  });

  test('is left at the market only by what a target is not selling already', () => {
    const { state } = entered({ ...stop, takeProfits: [{ price: '105', ratio: 0.5 }] });
    guard(state);
    for (const role of ['take_profit', 'stop_loss']) {
      const order = first(state, role);
      hear(state, order, { type: 'accepted' });
      after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
    }
    hear(state, first(state, 'stop_loss'), { type: 'cancelled' });
    expect(guard(state).at(-1)).toMatchObject({
      data: { role: 'stop_loss', orderType: 'market', size: { quantity: '1' } },
    });
  });

  test('is never given up while its orders do not reach the venue, and each loss is told', () => {
    const { state } = entered(stop);
    guard(state);
    const order = first(state, 'stop_loss');
    hear(state, order, { type: 'accepted' });
    after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
    const ids: string[] = [];
    for (let times = 0; times < 10; times++) {
      const why = { timeMs: nowMs, reason: 'NOT_SENT', detail: 'the venue is away' } as const;
      after(state, cancelled(state, first(state, 'stop_loss'), why));
      const drafts = guard(state);
      expect(drafts.map(({ type }) => type)).toEqual(['incident_reported', 'order_intended']);
      ids.push(...drafts.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(20);
  });

  test('that cannot be closed either is told to a person, once, and left alone', () => {
    const { state } = entered(stop);
    guard(state);
    const ids: string[] = [];
    for (const role of ['stop_loss', 'stop_loss', 'stop_loss', 'unprotected', 'unprotected']) {
      hear(state, first(state, role), { type: 'rejected' });
      ids.push(...guard(state).map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(2 * 5);
    hear(state, first(state, 'unprotected'), { type: 'rejected' });
    expect(guard(state)).toMatchObject([
      {
        type: 'incident_reported',
        data: { kind: 'UNPROTECTED', detail: expect.stringContaining('a person must') },
      },
    ]);
    expect(guard(state)).toEqual([]);
  });

  test('that cannot be closed is tried again once a minute, without another word', () => {
    const { state } = entered(stop);
    guard(state);
    for (const role of ['stop_loss', 'stop_loss', 'stop_loss', ...Array(3).fill('unprotected')]) {
      hear(state, first(state, role), { type: 'rejected' });
      guard(state);
    }
    expect(guard(state, nowMs + 29_999)).toEqual([]);
    expect(guard(state, nowMs + 30_000), 'a minute after the refusal').toMatchObject([
      { data: { role: 'unprotected', orderType: 'market', size: { quantity: '2' } } },
    ]);
  });

  test('leaves a venue that refuses alone for longer and longer', () => {
    const { state } = entered(stop);
    guard(state);
    const pauses: number[] = [];
    for (let timeMs = nowMs; pauses.length < 5; timeMs += 500) {
      const open = protective(state);
      for (const order of open) hear(state, order, { type: 'rejected', timeMs });
      if (open.length === 0 && guard(state, timeMs).length === 0) continue;
      const [order] = protective(state);
      if (order && open.length === 0) pauses.push(timeMs - nowMs);
    }
    expect(pauses.map((timeMs, at) => timeMs - (pauses[at - 1] ?? 0))).toEqual(
      [500, 1_500, 3_500, 10_500, 30_500].map((pauseMs) => expect.closeTo(pauseMs, -3)),
    );
  });

  test('on a replay is tried again at once, and left alone in the end', () => {
    const state = openedWith({}, { tape: 'replay' });
    const entry = anOrder(state, { protection: stop, size: { kind: 'base', quantity: '2' } });
    hear(state, entry, { type: 'filled', quantity: '2', timeMs: nowMs });
    guard(state);
    for (const role of ['stop_loss', 'stop_loss', 'stop_loss', ...Array(3).fill('unprotected')]) {
      hear(state, first(state, role), { type: 'rejected', timeMs: nowMs });
      guard(state);
    }
    expect(guard(state, nowMs + 3_600_000)).toEqual([]);
  });

  test('in several parts fails once when all of them are refused', () => {
    const state = openedWith({ instruments: { 'BTC/USDT': { maxQuantity: '1' } } });
    const entry = anOrder(state, { protection: stop, size: { kind: 'base', quantity: '3' } });
    hear(state, entry, { type: 'filled', quantity: '3' });
    for (const round of [1, 2, 3]) {
      guard(state);
      const parts = protective(state);
      const each = `stop_loss ${round}`;
      expect(parts.map(({ role, attempt }) => `${role} ${attempt}`)).toEqual([each, each, each]);
      for (const part of parts) hear(state, part, { type: 'rejected' });
    }
    guard(state);
    expect(protective(state).map(({ role }) => role)).toEqual(Array(3).fill('unprotected'));
  });

  test('does not count one as lost that was taken back', () => {
    const { state } = entered(stop);
    guard(state);
    const order = first(state, 'stop_loss');
    const why = { timeMs: nowMs, reason: 'CANCEL_REQUESTED', detail: '' } as const;
    after(state, cancelIntended(state, order, why));
    hear(state, order, { type: 'cancelled' });
    expect(guard(state)).toMatchObject([{ type: 'order_intended', data: { role: 'stop_loss' } }]);
  });
});

test.each([
  ['take_profit', { takeProfits: [{ price: '105', ratio: 1 }] }],
  ['stop_loss', stop],
])(
  'a first part that the venue refuses to guard by a %s leaves the rest guarded',
  (role, asked) => {
    const { state, entry } = entered(asked, '2', { filled: '0.001' });
    let timeMs = nowMs;
    for (const end = nowMs + 60_000; timeMs < end; timeMs += 1_000) {
      guard(state, timeMs);
      // Too small for it.
      for (const order of protective(state)) hear(state, order, { type: 'rejected', timeMs });
    }
    hear(state, entry, {
      type: 'filled',
      quantity: '1.999',
      complete: true,
      fillId: 'rest',
      timeMs,
    });
    const intents = guard(state, timeMs).filter((event) => event.type === 'order_intended');
    expect(intents.map(({ data }) => [data.role, data.size])).toEqual([
      [role, { kind: 'base', quantity: '2' }],
    ]);
  },
);

/** Base units of the position that no open stop would leave with. */
function bare(state: PortfolioState): Big {
  const [position] = state.positions.values();
  if (!position) return new Big('0');
  const leaving = protective(state).filter(({ role }) => role === 'stop_loss');
  return leaving.reduce(
    (rest, { size, filledQuantity }) =>
      size.kind === 'base' ? rest.minus(size.quantity).plus(filledQuantity) : rest,
    position.quantity,
  );
}

function happen(state: PortfolioState, order: Order, what: string): void {
  if (what === 'cancelled' || what === 'rejected' || what === 'accepted')
    hear(state, order, { type: what });
  else if (what === 'entry') hear(state, order, { type: 'filled', quantity: '0.5' });
  else {
    const [position] = state.positions.values();
    const ordered = order.size.kind === 'base' ? new Big(order.size.quantity) : new Big('0');
    const left = ordered.minus(order.filledQuantity);
    // It can only reduce.
    const held = position?.quantity ?? new Big('0');
    const most = held.lt(left) ? held : left;
    const part = what === 'part' ? most.times('0.5') : most;
    if (part.gt('0'))
      hear(state, order, {
        type: 'filled',
        quantity: part.toFixed(),
        complete: what === 'whole',
      });
  }
}

function isToldToAPerson(state: PortfolioState): boolean {
  return [...state.legs.values()].some((legs) => legs.get('unprotected')?.isGivenUp);
}

describe('whatever happens to its protective orders', () => {
  const anyHappening = fc.record({
    order: fc.nat(7),
    what: fc.constantFrom('cancelled', 'rejected', 'accepted', 'part', 'whole', 'entry'),
  });

  test('a position is never without its stop once protection was asked', () => {
    fc.assert(
      fc.property(
        decimal(3, 3),
        fc.boolean(),
        fc.array(anyHappening, { maxLength: 12 }),
        (quantity, withTargets, happenings) => {
          const { state, entry } = entered({ ...stop, ...(withTargets && targets) }, quantity);
          const ids = guard(state).map(({ id }) => id);
          for (const { order: index, what } of happenings) {
            const open = protective(state);
            const order = what === 'entry' ? entry : open[index % Math.max(1, open.length)];
            if (order) happen(state, order, what);
            // What sells at once comes alone, and the rest when it is asked again.
            for (const _ of [1, 2]) ids.push(...guard(state).map(({ id }) => id));
            expect(guard(state)).toEqual([]);
            const isLeaving = protective(state).some(({ role }) => role === 'unprotected');
            // Less than one lot cannot be ordered.
            const isGuarded = isLeaving || bare(state).lt('0.001');
            expect(isGuarded || isToldToAPerson(state)).toBe(true);
          }
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
    );
  });
});
