import type { BigConstructor } from 'big.js';
import { Big } from './units.ts';

// Reading a decimal and multiplying it take longer than finding it again.

/** So many are remembered; what a run hears of twice it hears of soon. */
const mostKept = 1_000;
const basisPoint = new Big('0.0001');

/** The decimal of a text, read once: exchange, journal and statistics hear of the same amounts one after the other. */
export const decimalOf = remembered((text) => new Big(text));

/** What so many basis points of an amount are as a ratio of it. */
export const ratioOfBps = remembered((bps) => decimalOf(bps).times(basisPoint));

/** -1 below 0, 0, 1 above it. */
export function signOf({ c: digits, s: sign }: Big): number {
  return digits[0] === 0 ? 0 : sign;
}

/** The arithmetic that keeps so many places of a quotient, by their number. */
const cutting: BigConstructor[] = [];

/**
 * A quotient of which only so many places are wanted, and the rest is cut: each digit takes its time, and `div` reckons
 * all that may be there.
 */
export function quotient(dividend: Big, divisor: Big | string, places: number): Big {
  const Cut = (cutting[places] ??= arithmeticOf(places));
  // A value goes on by the arithmetic that it came of: this one must not.
  return new Big(new Cut(dividend).div(divisor));
}

/** The multiple of a step that is next to a value on the side of 0. */
export function cutTo(value: Big, step: string): Big {
  const { c: digits, e: exponent } = decimalOf(step);
  const isPowerOfTen = digits.length === 1 && digits[0] === 1;
  return isPowerOfTen
    ? value.round(-exponent, Big.roundDown)
    : quotient(value, step, 0).times(step);
}

function arithmeticOf(places: number): BigConstructor {
  const arithmetic = Big();
  arithmetic.strict = true;
  arithmetic.RM = Big.roundDown;
  arithmetic.DP = places;
  return arithmetic;
}

function remembered(make: (text: string) => Big): (text: string) => Big {
  const known = new Map<string, Big>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = make(text);
      if (known.size >= mostKept) known.clear();
      known.set(text, value);
    }
    return value;
  };
}
