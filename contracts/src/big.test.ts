import { inspect, isDeepStrictEqual } from 'node:util';
import { Big as BigJs } from 'big.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Big, type RoundingMode } from './big.ts';

const { DP, RM } = BigJs;
beforeAll(() => {
  BigJs.DP = 24;
  BigJs.RM = BigJs.roundDown;
});
afterAll(() => {
  BigJs.DP = DP;
  BigJs.RM = RM;
});

const digits = (max: number) =>
  fc
    .array(fc.constantFrom('0', '0', '1', '4', '5', '6', '9'), { minLength: 1, maxLength: max })
    .map((each) => each.join(''));

/** As amounts are written, and as they might be: zeros at both ends, many digits, exponents, a zero with a sign. */
const text = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '-'), digits(24), fc.option(digits(40)))
    .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e40, max: 1e40 }).map(String),
  fc.constantFrom('0', '-0', '0.000', '1', '-1', '0.5', '-0.5', '1e30', '-2.5E-30', '.5', '5.'),
);
const rounding = fc.constantFrom<RoundingMode>(0, 1, 2, 3);

type Both = readonly [ours: () => unknown, theirs: () => unknown];

/** Whatever can be read off a value, or that there is none. */
function seen(make: () => unknown): unknown {
  try {
    const value = make();
    if (!(value instanceof Big || value instanceof BigJs)) return value;
    return {
      text: value.toFixed(),
      short: String(value),
      json: JSON.stringify(value),
      shown: inspect(value),
      exponent: value.e,
    };
  } catch {
    return 'none';
  }
}

/** Where they differ, if anywhere. */
function difference(of: (left: string, right: string) => Both): unknown {
  const property = fc.property(text, text, (left, right) => {
    const [ours, theirs] = of(left, right);
    return isDeepStrictEqual(seen(ours), seen(theirs));
  });
  return fc.check(property, { numRuns: 1_000 }).counterexample;
}

type Binary = 'plus' | 'minus' | 'times' | 'div' | 'mod';
type Comparison = 'cmp' | 'eq' | 'gt' | 'gte' | 'lt' | 'lte';

describe('what big.js comes to', () => {
  test('is what text comes to', () => {
    expect(difference((value) => [() => new Big(value), () => new BigJs(value)])).toBeNull();
    for (const other of ['', ' 1', '1 ', '0x10', '1_000', '1n', '+1', '--1', '1.2.3', 'e5', 'NaN'])
      expect([other, seen(() => new Big(other))]).toEqual([other, 'none']);
  });

  test.each<Binary>(['plus', 'minus', 'times', 'div', 'mod'])('is what %s comes to', (name) => {
    expect(
      difference((x, y) => [() => new Big(x)[name](y), () => new BigJs(x)[name](y)]),
    ).toBeNull();
  });

  test.each<Comparison>(['cmp', 'eq', 'gt', 'gte', 'lt', 'lte'])('is what %s says', (name) => {
    expect(
      difference((x, y) => [() => new Big(x)[name](y), () => new BigJs(x)[name](y)]),
    ).toBeNull();
    expect(
      difference((x) => [
        () => new Big(x)[name](new Big(x).times('1.00')),
        () => new BigJs(x)[name](new BigJs(x).times('1.00')),
      ]),
    ).toBeNull();
  });

  test('is what a sign that is turned or left out comes to', () => {
    expect(difference((x) => [() => new Big(x).neg(), () => new BigJs(x).neg()])).toBeNull();
    expect(difference((x) => [() => new Big(x).abs(), () => new BigJs(x).abs()])).toBeNull();
  });

  test('is what many steps come to', () => {
    expect(
      difference((x, y) => [
        () => new Big(x).times(y).plus(x).div('3').minus(y).times(x).div(y).plus('-0'),
        () => new BigJs(x).times(y).plus(x).div('3').minus(y).times(x).div(y).plus('-0'),
      ]),
    ).toBeNull();
  });

  test('is what rounding comes to, before the point and after it', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: -30, max: 45 }), rounding, (value, places, mode) => {
        expect(seen(() => new Big(value).round(places, mode))).toEqual(
          seen(() => new BigJs(value).round(places, mode)),
        );
        expect(seen(() => new Big(value).toFixed(places, mode))).toEqual(
          seen(() => new BigJs(value).toFixed(places, mode)),
        );
      }),
      { numRuns: 3_000 },
    );
    expect(difference((x) => [() => new Big(x).round(), () => new BigJs(x).round()])).toBeNull();
    expect(
      difference((x) => [() => new Big(x).toFixed(3), () => new BigJs(x).toFixed(3)]),
    ).toBeNull();
  });

  test('is what a power comes to', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: -12, max: 12 }), (value, exponent) => {
        expect(seen(() => new Big(value).pow(exponent))).toEqual(
          seen(() => new BigJs(value).pow(exponent)),
        );
      }),
    );
  });

  test('is the number that it is exactly', () => {
    // Of zeros there is one here.
    expect(
      difference((x) => [() => new Big(x).toNumber(), () => new BigJs(x).toNumber() + 0]),
    ).toBeNull();
  });
});

test('a bigint is a decimal of so many places', () => {
  expect(new Big(12_345n, 3).toFixed()).toBe('12.345');
  expect(new Big(-5n, 3).toFixed()).toBe('-0.005');
  expect(new Big(new Big('1.50')).toFixed()).toBe('1.5');
});

test('tests take decimals for equal when they are the same number', () => {
  expect({ cash: [new Big('1').times('1.50')] }).toEqual({ cash: [new Big('1.5')] });
  expect(new Big('1.5')).not.toEqual(new Big('1.6'));
  expect(new Big('1.5')).not.toEqual('1.5');
});
