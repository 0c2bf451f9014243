import { expect, test } from 'vitest';
import { anOrder } from '../../testing/ccxt-on-double.ts';
import { aClock } from '../../testing/clocks.ts';
import { createUnderWay } from './under-way.ts';

const { id } = anOrder();
const hourMs = 3_600_000;

test.each([hourMs, 0, -hourMs])(
  'an order may arrive for as long as its window, whatever the wall clock does (%i)',
  (jumpMs) => {
    const clock = aClock();
    const underWay = createUnderWay({ windowMs: 7_000, clock });
    underWay.sent(id);
    clock.jump(jumpMs);
    clock.pass(7_000);
    expect(underWay.mayArrive(id)).toBe(true);
    clock.pass(1);
    expect(underWay.mayArrive(id)).toBe(false);
  },
);

test('one that others have sent may arrive for as long from when it was asked for first', () => {
  const clock = aClock();
  const underWay = createUnderWay({ windowMs: 7_000, clock });
  clock.jump(hourMs);
  expect(underWay.mayArrive(id)).toBe(true);
  clock.pass(7_000);
  expect(underWay.mayArrive(id)).toBe(true);
  clock.pass(1);
  expect(underWay.mayArrive(id)).toBe(false);
});
