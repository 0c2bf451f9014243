/** As many as a decimal may have and come back from a double as it was. */
const digits = 15;

/** A sum of market-data numbers that does not depend on their order: errors of rounding are carried along, not lost. */
export interface ExactSum {
  add(value: number): void;
  /** To fifteen significant digits: 0.1 and 0.2 are 0.3. */
  value(): number;
}

export function createExactSum(): ExactSum {
  let sum = 0;
  let lost = 0;
  return {
    add(value) {
      const next = sum + value;
      lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
    },
    value: () => Number((sum + lost).toPrecision(digits)),
  };
}
