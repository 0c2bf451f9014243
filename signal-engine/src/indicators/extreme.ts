import type { Indicator } from './indicator.ts';

/** The highest of the last `length` values. */
export function highest(length: number): Indicator {
  return extreme(length, (a, b) => a >= b);
}

/** The lowest of them. */
export function lowest(length: number): Indicator {
  return extreme(length, (a, b) => a <= b);
}

/** Keeps only what may still become the extreme: each value comes in once and goes once. */
function extreme(length: number, wins: (a: number, b: number) => boolean): Indicator {
  const kept: { readonly at: number; readonly value: number }[] = [];
  let count = 0;
  return {
    push(value) {
      while (kept.length > 0 && wins(value, kept.at(-1)?.value ?? value)) kept.pop();
      kept.push({ at: count, value });
      count++;
      if ((kept[0]?.at ?? 0) <= count - 1 - length) kept.shift();
      return count < length ? undefined : kept[0]?.value;
    },
  };
}
