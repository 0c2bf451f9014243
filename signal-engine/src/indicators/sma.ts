import type { Indicator } from './indicator.ts';

/** Sums anew so often that rounding errors cannot grow. */
const resumEvery = 1_000;

/** Simple moving average. To tell which of two is larger when they are equal, see `strategies/sma-difference.ts`. */
export function sma(length: number): Indicator {
  const values = new Float64Array(length);
  let count = 0;
  let sum = 0;
  return {
    push(value) {
      const at = count % length;
      sum += value - (count >= length ? (values[at] ?? 0) : 0);
      values[at] = value;
      count++;
      if (count % resumEvery === 0) sum = values.reduce((total, each) => total + each, 0);
      return count < length ? undefined : sum / length;
    },
  };
}
