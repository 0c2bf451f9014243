import type { Indicator } from './indicator.ts';

/**
 * Exponential moving average: `value * k + before * (1 - k)` with `k = 2 / (length + 1)`, begun with the simple average of
 * the first `length` values, as TA-Lib does.
 */
export function ema(length: number): Indicator {
  return smoothed(length, 2 / (length + 1));
}

/** Wilder's average, with `k = 1 / length`, which RSI and ATR are made of. */
export function wilder(length: number): Indicator {
  return smoothed(length, 1 / length);
}

function smoothed(length: number, k: number): Indicator {
  let count = 0;
  let average = 0;
  return {
    push(value) {
      count++;
      if (count <= length) average += value / length;
      else average += (value - average) * k;
      return count < length ? undefined : average;
    },
  };
}
