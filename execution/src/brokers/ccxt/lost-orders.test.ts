import { expect, test } from 'vitest';
import { aClock } from '../../testing/clocks.ts';
import { anOrder } from '../../testing/ccxt-on-double.ts';
import { createLostOrders } from './lost-orders.ts';

const { id } = anOrder();
const forgottenAfterMs = 60_000;
const why = { timeMs: 0, reason: 'EXPIRED', detail: 'its time was over' } as const;

test('an order is lost once it has been missed for a minute, and always with the same end', () => {
  const clock = aClock(1_000);
  const lost = createLostOrders({ forgottenAfterMs, clock });
  expect(lost.endOf(id, why), 'nobody has missed it').toBeUndefined();
  lost.missed(id);
  clock.pass(59_999);
  lost.missed(id);
  clock.pass(9_001);
  expect(lost.endOf(id, why)).toBeUndefined();
  expect(lost.isForgotten(id)).toBe(false);
  // Nothing was said in between, as while the venue was away.
  lost.missed(id);
  expect(lost.isForgotten(id)).toBe(true);
  const end = lost.endOf(id, why);
  expect(end).toMatchObject({ type: 'cancelled', timeMs: 61_000, reason: 'EXPIRED' });
  clock.pass(830_000);
  expect(lost.endOf(id, why)).toEqual(end);
});

test('one that is found in between is missed anew', () => {
  const clock = aClock(0);
  const lost = createLostOrders({ forgottenAfterMs, clock });
  lost.missed(id);
  clock.pass(59_000);
  lost.found(id);
  lost.missed(id);
  clock.pass(59_000);
  lost.missed(id);
  expect(lost.endOf(id, why)).toBeUndefined();
  clock.pass(1_000);
  lost.missed(id);
  expect(lost.endOf(id, why)).toBeDefined();
});

test('a wall clock that is set forgets no order, and holds none back', () => {
  const clock = aClock();
  const lost = createLostOrders({ forgottenAfterMs, clock });
  lost.missed(id);
  clock.jump(3_600_000);
  lost.missed(id);
  expect(lost.isForgotten(id)).toBe(false);
  clock.jump(-7_200_000);
  clock.pass(60_000);
  lost.missed(id);
  expect(lost.endOf(id, why)).toMatchObject({ timeMs: clock.nowMs() });
});
