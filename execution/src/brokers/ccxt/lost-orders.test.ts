import { expect, test } from 'vitest';
import { anOrder } from '../../testing/ccxt-on-double.ts';
import { createLostOrders } from './lost-orders.ts';

const { id } = anOrder();
const forgottenAfterMs = 60_000;
const why = { timeMs: 0, reason: 'EXPIRED', detail: 'its time was over' } as const;

test('an order is lost once it has been missed for a minute, and always with the same end', () => {
  let nowMs = 1_000;
  const lost = createLostOrders({ forgottenAfterMs, nowMs: () => nowMs });
  expect(lost.endOf(id, why), 'nobody has missed it').toBeUndefined();
  lost.missed(id);
  nowMs = 60_999;
  lost.missed(id);
  nowMs = 70_000;
  expect(lost.endOf(id, why)).toBeUndefined();
  expect(lost.isForgotten(id)).toBe(false);
  // Nothing was said in between, as while the venue was away.
  lost.missed(id);
  expect(lost.isForgotten(id)).toBe(true);
  const end = lost.endOf(id, why);
  expect(end).toMatchObject({ type: 'cancelled', timeMs: 61_000, reason: 'EXPIRED' });
  nowMs = 900_000;
  expect(lost.endOf(id, why)).toEqual(end);
});

test('one that is found in between is missed anew', () => {
  let nowMs = 0;
  const lost = createLostOrders({ forgottenAfterMs, nowMs: () => nowMs });
  lost.missed(id);
  nowMs = 59_000;
  lost.found(id);
  lost.missed(id);
  nowMs = 118_000;
  lost.missed(id);
  expect(lost.endOf(id, why)).toBeUndefined();
  nowMs = 119_000;
  lost.missed(id);
  expect(lost.endOf(id, why)).toBeDefined();
});
