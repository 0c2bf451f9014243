import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutTo, decimalOf, quotient, ratioOfBps, signOf } from './decimals.ts';
import { Big } from './units.ts';

const amounts = fc
  .tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.nat(30))
  .map(([units, places]) => new Big(`${units}e-${places}`));

test('a quotient that is cut sooner has the digits of one that is cut later', () => {
  const places = fc.constantFrom(0, 4, 12, 18, 24);
  fc.assert(
    fc.property(amounts, amounts, places, (dividend, divisor, wanted) => {
      fc.pre(!divisor.eq('0'));
      const cut = quotient(dividend, divisor, wanted);
      expect(cut.toFixed()).toBe(dividend.div(divisor).round(wanted, Big.roundDown).toFixed());
      // It goes on as any other does.
      expect(cut.plus('1').div('3').toFixed()).toBe(
        new Big(cut.toFixed()).plus('1').div('3').toFixed(),
      );
    }),
    { numRuns: 3_000 },
  );
  expect(quotient(new Big('1'), '3', 4).toFixed()).toBe('0.3333');
  expect(() => quotient(new Big('1'), '0', 4)).toThrow('zero');
});

test('a multiple is found as by dividing', () => {
  const steps = fc.oneof(
    fc.integer({ min: -8, max: 4 }).map((exponent) => new Big(`1e${exponent}`).toFixed()),
    fc.constantFrom('0.5', '0.025', '3', '0.00000005'),
  );
  fc.assert(
    fc.property(amounts, steps, (value, step) => {
      const divided = value.div(step).round(0, Big.roundDown).times(step);
      expect(cutTo(value, step).toFixed()).toBe(divided.toFixed());
    }),
    { numRuns: 3_000 },
  );
});

test('a sign is where it stands beside 0', () => {
  fc.assert(
    fc.property(amounts, (value) => {
      expect(signOf(value)).toBe(value.cmp('0'));
    }),
  );
  for (const zero of ['0', '-0', '0.00']) expect(Math.abs(signOf(new Big(zero)))).toBe(0);
});

test('what is remembered is what it was, however much came in between', () => {
  for (let n = 0; n < 5_000; n++) {
    expect(decimalOf(`${n % 1_700}.5`).toFixed()).toBe(`${n % 1_700}.5`);
    expect(ratioOfBps(String(n % 1_300)).toFixed()).toBe(
      new Big(String(n % 1_300)).div('10000').toFixed(),
    );
  }
  expect(() => decimalOf('1,5')).toThrow('Invalid');
});
