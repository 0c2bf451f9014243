import type { Indicator } from './indicator.ts';

export interface Bands {
  readonly lower: number;
  readonly middle: number;
  readonly upper: number;
}

/**
 * Bollinger bands: the simple average, and so many standard deviations of the whole window (not of a sample) below and above
 * it. J. Bollinger, Bollinger on Bollinger Bands, 2001. The window is summed anew each time: squares in a running sum
 * lose what matters.
 */
export function bollinger(length: number, width: number): Indicator<number, Bands> {
  const values = new Float64Array(length);
  let count = 0;
  return {
    push(value) {
      values[count++ % length] = value;
      if (count < length) return undefined;
      let sum = 0;
      for (const each of values) sum += each;
      const middle = sum / length;
      let squares = 0;
      for (const each of values) squares += (each - middle) ** 2;
      const deviation = Math.sqrt(squares / length);
      return { lower: middle - width * deviation, middle, upper: middle + width * deviation };
    },
  };
}
