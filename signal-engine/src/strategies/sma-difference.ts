import { Big, exactly } from '@heliograph/contracts';

/** The difference of two simple moving averages, exact over the decimals that the values stand for. */
export interface SmaDifference {
  /** Takes the next value: the sign of fast minus slow, undefined until there are `slow` values. */
  push(value: number): number | undefined;
  /** Both averages of the last values, to twelve digits: to be shown, not to be compared. */
  averages(): { fast: number; slow: number };
}

/**
 * Float sums decide ties wrongly. So values are counted in ticks, one tick being the last decimal place of any value so
 * far, and what is kept is the integer `slow * sum(fast values) - fast * sum(slow values)`, whose sign is the answer:
 * in numbers where they are exact, in BigInt where they could not be.
 */
export function createSmaDifference(fast: number, slow: number): SmaDifference {
  const values = new Float64Array(slow);
  let count = 0;
  let decimals = 0;
  let counter = createNumberCounter(fast, slow, decimals);

  /** The value that was pushed so many pushes ago, 1 being the last one. */
  const ago = (pushes: number): number =>
    count >= pushes ? (values[(count - pushes) % slow] ?? 0) : 0;

  const lastValues = (length: number): number[] =>
    Array.from({ length: Math.min(length, count) }, (_, index) => ago(index + 1)).toReversed();

  /** Counts anew, in ticks that are fine enough and numbers that are large enough for this value too. */
  const recount = (value: number): void => {
    const window = lastValues(slow);
    decimals = Math.max(decimals, decimalsOf(value));
    counter = createNumberCounter(fast, slow, decimals);
    if (![...window, value].every((each) => counter.fits(each)))
      counter = createBigCounter(fast, slow, decimals);
    for (const [index, each] of window.entries()) counter.move(each, window[index - fast] ?? 0, 0);
  };

  const average = (length: number): number => {
    let sum = 0;
    // Oldest first: in floating point the order counts.
    for (let pushes = Math.min(length, count); pushes >= 1; pushes--) sum += ago(pushes);
    return Number((sum / length).toPrecision(12));
  };

  return {
    push(value) {
      if (!counter.fits(value)) recount(value);
      counter.move(value, ago(fast), ago(slow));
      values[count % slow] = value;
      count++;
      return count < slow ? undefined : counter.sign();
    },
    averages: () => ({ fast: average(fast), slow: average(slow) }),
  };
}

interface Counter {
  /** Whether the value is a whole number of ticks here, and small enough. */
  fits(value: number): boolean;
  /** A value comes in; others leave the fast and the slow window, 0 while nothing does. */
  move(entering: number, leavingFast: number, leavingSlow: number): void;
  sign(): number;
}

function createNumberCounter(fast: number, slow: number, decimals: number): Counter {
  const scale = 10 ** decimals;
  // Below 10^15 no two decimals share a double. Powers of ten are exact doubles up to 10^22.
  const maxTicks = decimals > 22 ? -1 : Math.min(1e15, Number.MAX_SAFE_INTEGER / (2 * fast * slow));
  const ticks = (value: number): number => Math.round(value * scale);
  let difference = 0;
  return {
    fits: (value) => ticks(value) <= maxTicks && ticks(value) / scale === value,
    move(entering, leavingFast, leavingSlow) {
      difference +=
        (slow - fast) * ticks(entering) - slow * ticks(leavingFast) + fast * ticks(leavingSlow);
    },
    sign: () => Math.sign(difference),
  };
}

function createBigCounter(fast: number, slow: number, decimals: number): Counter {
  const scale = new Big('10').pow(decimals);
  const [fastCount, slowCount] = [BigInt(fast), BigInt(slow)];
  const ticks = (value: number): bigint => BigInt(exactly(value).times(scale).toFixed());
  let difference = 0n;
  return {
    fits: (value) => decimalsOf(value) <= decimals,
    move(entering, leavingFast, leavingSlow) {
      difference +=
        (slowCount - fastCount) * ticks(entering) -
        slowCount * ticks(leavingFast) +
        fastCount * ticks(leavingSlow);
    },
    sign: () => (difference > 0n ? 1 : difference < 0n ? -1 : 0),
  };
}

/** Decimal places of the shortest text of a number. */
function decimalsOf(value: number): number {
  const { c: digits, e: exponent } = exactly(value);
  return Math.max(0, digits.length - 1 - exponent);
}
