import { Big } from '@heliograph/contracts';
import { describe, expect, test } from 'vitest';
import { after, anOrder, hear, nowMs } from '../../testing/portfolios.ts';
import { entered, first, guard, stop } from '../../testing/protected.ts';
import { cancelled, triggered } from '../state/order-events.ts';
import { protect } from './protection.ts';

describe('a position that has been held long enough', () => {
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
