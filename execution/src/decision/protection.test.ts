import { Big, PositiveDecimal } from '@heliograph/contracts';
import { mostAppended } from '@heliograph/contracts/bus';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../testing/any.ts';
import { after, anOrder, hear, nowMs, openedWith } from '../testing/portfolios.ts';
import type { Draft } from './draft.ts';
import { cancelIntended, cancelled, triggered } from './order-events.ts';
import { isProtective, type Order } from './order.ts';
import type { PortfolioState } from './portfolio.ts';
import { protect } from './protection.ts';

const stop = { stopLoss: { price: '95' } };
const targets = {
  takeProfits: [
    { price: '105', ratio: 0.5 },
    { price: '110', ratio: 0.5 },
  ],
};

/** What protection lacks, folded in. */
function guard(state: PortfolioState, timeMs = nowMs): Draft[] {
  const drafts = protect(state, timeMs);
  after(state, ...drafts);
  return drafts;
}

function entered(
  protection: object,
  quantity = '2',
  { filled = quantity, ...order }: { filled?: string; [field: string]: unknown } = {},
): { state: PortfolioState; entry: Order } {
  const state = openedWith({ shorting: true, leverage: 10 });
  const entry = anOrder(state, { protection, size: { kind: 'base', quantity }, ...order });
  hear(state, entry, { type: 'filled', quantity: filled, complete: filled === quantity });
  return { state, entry };
}

const protective = (state: PortfolioState): Order[] =>
  [...state.orders.values()].filter((order) => isProtective(order));

function first(state: PortfolioState, role: string): Order {
  const found = protective(state).find((order) => order.role === role);
  if (!found) throw new Error(`no ${role} is open`);
  return found;
}

describe('a position that asks for a stop', () => {
  test('gets one for what was filled, and another for each fill that follows', () => {
    const { state, entry } = entered(stop, '2', { filled: '0.5' });
    expect(guard(state)).toMatchObject([
      {
        type: 'order_intended',
        data: {
          role: 'stop_loss',
          orderType: 'stop',
          stopPrice: '95',
          side: 'sell',
          size: { quantity: '0.5' },
          reduceOnly: true,
          protects: entry.id,
        },
      },
    ]);
    expect(guard(state)).toEqual([]);
    hear(state, entry, { type: 'filled', quantity: '1.5' });
    expect(guard(state)).toMatchObject([
      { data: { role: 'stop_loss', size: { quantity: '1.5' } } },
    ]);
  });

  test('is left with hundreds of orders in as many steps as the journal takes at once', () => {
    const { state, entry } = entered({ ...stop, ...targets }, '400', { filled: '1' });
    const placed = guard(state);
    for (let part = 2; part <= 400; part++) {
      hear(state, entry, { type: 'filled', quantity: '1', complete: part === 400 });
      placed.push(...guard(state));
    }
    expect(placed.length).toBeGreaterThan(mostAppended);
    const out = anOrder(state, {
      intent: 'exit',
      side: 'sell',
      size: { kind: 'base', quantity: '400' },
      reduceOnly: true,
    });
    hear(state, out, { type: 'filled', quantity: '400' });
    const cancelled: Draft[] = [];
    for (let some = guard(state); some.length > 0; some = guard(state)) {
      expect(some.length).toBeLessThan(mostAppended / 2);
      cancelled.push(...some);
    }
    expect(new Set(cancelled.map(({ id }) => id)).size).toBe(placed.length);
    expect(protective(state).every(({ cancellation }) => cancellation)).toBe(true);
  });

  test('asks for what one batch takes, also where a largest order is misunderstood', () => {
    const takeProfits = Array.from({ length: 10 }, (_, index) => ({
      price: String(110 + index),
      ratio: 0.1,
    }));
    const { state } = entered({ ...stop, takeProfits }, '10');
    state.instruments.set('binance|BTC/USDT', {
      status: 'trading',
      rules: {
        maxQuantity: PositiveDecimal.parse('0.001'),
        lotSize: PositiveDecimal.parse('0.0001'),
      },
    });
    const placed: Draft[] = [];
    for (let some = guard(state); some.length > 0; some = guard(state)) {
      expect(some.length).toBeLessThan(mostAppended);
      placed.push(...some);
    }
    expect(placed).toHaveLength(1_100);
    const open = protective(state).reduce(
      (sum, { size }) => sum.plus(size.kind === 'base' ? size.quantity : '0'),
      new Big('0'),
    );
    expect(open.toFixed()).toBe('20');
  });

  test('short gets one that buys back', () => {
    const { state } = entered({ stopLoss: { price: '105' } }, '2', { side: 'sell' });
    expect(guard(state)).toMatchObject([{ data: { side: 'buy', stopPrice: '105' } }]);
  });

  test('that trails starts where its stop is', () => {
    const { state } = entered({ ...stop, trailingStop: { distanceBps: 300 } });
    expect(guard(state)).toMatchObject([
      { data: { orderType: 'trailing_stop', trailingBps: 300, stopPrice: '95' } },
    ]);
    expect(protective(state)).toHaveLength(1);
  });

  test('gets it again when it is lost, tells a person, and is closed after the third time', () => {
    const { state } = entered(stop);
    guard(state);
    for (const times of [1, 2]) {
      hear(state, first(state, 'stop_loss'), { type: 'cancelled' });
      expect(guard(state)).toMatchObject([
        { type: 'incident_reported', data: { kind: 'UNPROTECTED' } },
        { type: 'order_intended', data: { role: 'stop_loss', attempt: times + 1 } },
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

  test('that comes back when its entry is filled further gets orders of its own', () => {
    const { state, entry } = entered(stop, '2', { filled: '1' });
    guard(state);
    const before = first(state, 'stop_loss');
    hear(state, before, { type: 'filled', quantity: '1', price: '95' });
    expect(state.positions.size).toBe(0);
    hear(state, entry, { type: 'filled', quantity: '1' });
    expect(guard(state)).toMatchObject([{ data: { role: 'stop_loss', size: { quantity: '1' } } }]);
    expect(first(state, 'stop_loss').id).not.toBe(before.id);
  });

  test('that is gone has its protection taken back', () => {
    const { state } = entered({ ...stop, ...targets });
    guard(state);
    hear(state, first(state, 'stop_loss'), { type: 'filled', quantity: '2', price: '95' });
    expect(state.positions.size).toBe(0);
    expect(guard(state)).toMatchObject([
      { type: 'order_cancel_intended', data: { reason: 'POSITION_CLOSED' } },
      { type: 'order_cancel_intended', data: { reason: 'POSITION_CLOSED' } },
    ]);
    expect(guard(state)).toEqual([]);
  });
});

describe('profit targets', () => {
  test('sell their parts, the last of them what is left', () => {
    const { state } = entered(targets, '1.001');
    expect(guard(state)).toMatchObject([
      {
        data: {
          role: 'take_profit',
          orderType: 'limit',
          limitPrice: '105',
          size: { quantity: '0.5' },
        },
      },
      { data: { limitPrice: '110', size: { quantity: '0.501' } } },
    ]);
  });

  test('of a third each sell all of it', () => {
    const thirds = ['105', '110', '115'].map((price) => ({ price, ratio: 1 / 3 }));
    const { state } = entered({ takeProfits: thirds }, '3');
    const sold = guard(state).map(({ data }) => 'size' in data && data.size);
    expect(sold).toMatchObject([{ quantity: '0.999' }, { quantity: '1' }, { quantity: '1.001' }]);
    const before = entered({ takeProfits: thirds }, '3').state;
    expect(protect({ ...before, decisionsVersion: 6 }, nowMs).at(-1), 'as it was').toMatchObject({
      data: { size: { quantity: '1' } },
    });
  });

  test('are not asked for again once they have sold', () => {
    const { state } = entered(targets);
    guard(state);
    hear(state, first(state, 'take_profit'), { type: 'filled', quantity: '1', price: '105' });
    expect(guard(state)).toEqual([]);
  });
});

describe('a position that has been held long enough', () => {
  test('that are lost three times are told to a person, once, and tried again after an hour', () => {
    const { state } = entered({ takeProfits: [{ price: '110', ratio: 1 }] });
    guard(state);
    for (let times = 0; times < 2; times++) {
      hear(state, first(state, 'take_profit'), { type: 'rejected' });
      expect(guard(state)).toMatchObject([{ data: { role: 'take_profit' } }]);
    }
    hear(state, first(state, 'take_profit'), { type: 'rejected' });
    expect(guard(state)).toMatchObject([
      {
        type: 'incident_reported',
        data: { kind: 'UNPROTECTED', detail: expect.stringContaining('take_profit at 110') },
      },
    ]);
    expect(guard(state, nowMs + 60_000)).toEqual([]);
    expect(guard(state, nowMs + 3_600_000)).toMatchObject([{ data: { role: 'take_profit' } }]);
  });

  test.for([
    ['time_stop', { timeStopMs: 60_000 }],
    ['stop_loss', stop],
  ] as const)(
    'is sold part by part where the market gives no more at once: %s',
    ([role, asked]) => {
      const { state } = entered(asked);
      const laterMs = nowMs + 60_000;
      guard(state, laterMs);
      if (role === 'stop_loss') {
        const order = first(state, role);
        hear(state, order, { type: 'accepted' });
        after(state, triggered(state, order, { timeMs: laterMs, price: new Big('95') }));
      }
      const cutShort = { timeMs: laterMs, reason: 'TIME_IN_FORCE', detail: '' } as const;
      for (const left of ['1.6', '1.2', '0.8', '0.4']) {
        const order = first(state, role);
        hear(state, order, { type: 'filled', quantity: '0.4', complete: false });
        after(state, cancelled(state, order, cutShort));
        const size = { quantity: left };
        const again = { role, orderType: 'market', size };
        expect(guard(state, laterMs), 'no failure').toMatchObject([{ data: again }]);
      }
      // One that sells nothing is.
      after(state, cancelled(state, first(state, role), cutShort));
      expect(state.legs.values().next().value?.get(role)).toMatchObject({ failures: 1 });
    },
  );

  test('that is being stopped out is not sold a second time when its time is over', () => {
    const { state } = entered({ ...stop, timeStopMs: 60_000 });
    guard(state);
    const order = first(state, 'stop_loss');
    hear(state, order, { type: 'accepted' });
    after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
    expect(guard(state, nowMs + 3_600_000)).toEqual([]);
  });

  test.each([
    ['a stop that was reached is refused', 1],
    ['a stop is given up', 3],
  ])('is not sold by two at once when %s', (_, refusals) => {
    const { state } = entered({ ...stop, timeStopMs: 60_000 });
    guard(state);
    for (let times = 1; times <= refusals; times++) {
      const order = first(state, 'stop_loss');
      if (refusals === 1) {
        hear(state, order, { type: 'accepted' });
        after(state, triggered(state, order, { timeMs: nowMs, price: new Big('95') }));
      }
      hear(state, order, { type: 'rejected' });
      if (times < refusals) guard(state);
    }
    const later = guard(state, nowMs + 3_600_000);
    const sold = later.filter(
      (draft) => draft.type === 'order_intended' && draft.data.orderType === 'market',
    );
    expect(sold).toMatchObject([{ data: { size: { quantity: '2' } } }]);
    expect(guard(state, nowMs + 3_600_000)).toEqual([]);
  });

  test('leaves with what nothing else leaves with: a reversal, a reduction', () => {
    const { state } = entered({ timeStopMs: 60_000 });
    const size = { kind: 'base', quantity: '0.5' };
    anOrder(state, { side: 'sell', intent: 'reduce', reduceOnly: true, size });
    const laterMs = nowMs + 60_000;
    expect(protect(state, laterMs)).toMatchObject([{ data: { size: { quantity: '1.5' } } }]);
    anOrder(state, { side: 'sell', intent: 'reverse', size: { kind: 'base', quantity: '3' } });
    expect(protect(state, laterMs)).toEqual([]);
  });

  test('counts from the fill that asked for it', () => {
    const { state } = entered(stop);
    guard(state);
    const laterMs = nowMs + 7_200_000;
    const more = anOrder(state, {
      intent: 'increase',
      protection: { ...stop, timeStopMs: 3_600_000 },
      size: { kind: 'base', quantity: '1' },
    });
    hear(state, more, { type: 'filled', quantity: '0.5', complete: false, timeMs: laterMs });
    hear(state, more, { type: 'filled', quantity: '0.5', timeMs: laterMs + 60_000 });
    const rolesAt = (timeMs: number) =>
      guard(state, timeMs).flatMap(({ type, data }) =>
        type === 'order_intended' ? [data.role] : [],
      );
    expect(rolesAt(laterMs + 60_000)).not.toContain('time_stop');
    expect(rolesAt(laterMs + 3_599_999)).not.toContain('time_stop');
    expect(rolesAt(laterMs + 3_600_000)).toContain('time_stop');
  });

  test('is left at the market, once', () => {
    const { state } = entered({ timeStopMs: 60_000 });
    const [position] = state.positions.values();
    const end = (position?.entryTimeMs ?? 0) + 60_000;
    expect(guard(state, end - 1)).toEqual([]);
    expect(guard(state, end)).toMatchObject([
      { data: { role: 'time_stop', orderType: 'market', size: { quantity: '2' } } },
    ]);
    expect(guard(state, end + 1)).toEqual([]);
  });
});

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

test('where an order may not have all of a position, several protect it', () => {
  const state = openedWith({ instruments: { 'BTC/USDT': { maxQuantity: '0.8' } } });
  const entry = anOrder(state, { protection: stop, size: { kind: 'base', quantity: '2' } });
  hear(state, entry, { type: 'filled', quantity: '2', complete: true });
  const drafts = guard(state);
  expect(drafts).toMatchObject([
    { data: { role: 'stop_loss', size: { quantity: '0.667' } } },
    { data: { role: 'stop_loss', size: { quantity: '0.667' } } },
    { data: { role: 'stop_loss', size: { quantity: '0.666' } } },
  ]);
  expect(new Set(drafts.map(({ id }) => id)).size).toBe(3);
  expect(guard(state)).toEqual([]);
});

test('once a tape has ended nothing is protected any more, whoever hears of it', () => {
  const { state } = entered(stop);
  const [order] = guard(state).length > 0 ? protective(state) : [];
  if (!order) throw new Error('no stop is open');
  hear(state, order, { type: 'accepted' });
  after(state, cancelled(state, order, { timeMs: nowMs, reason: 'TAPE_ENDED', detail: '' }));
  expect(guard(state)).toEqual([]);
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
