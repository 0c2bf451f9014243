const comma = 44;
const point = 46;
const zero = 48;

/** Quotients of safe integers and these powers, which doubles hold exactly, are rounded once: as `Number` rounds. */
const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

export const columnCount = 6;

/**
 * Reads a line of six comma-separated decimals into `into`. Only digits with at most one point are known here, and no
 * more of them than a double can hold; of any other line it says false and leaves the judgement to `parseColumns`.
 */
export function scanColumns(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Float64Array,
): boolean {
  let column = 0;
  let value = 0;
  let digits = 0;
  let decimals = -1;
  for (let at = start; at <= end; at++) {
    const byte = at < end ? (bytes[at] ?? comma) : comma;
    const digit = byte - zero;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === point && decimals < 0) decimals = 0;
    else if (byte === comma) {
      if (digits === 0 || value > Number.MAX_SAFE_INTEGER || decimals > 22) return false;
      if (column === columnCount) return false;
      into[column++] = decimals > 0 ? value / (powersOfTen[decimals] ?? 1) : value;
      value = digits = 0;
      decimals = -1;
    } else return false;
  }
  return column === columnCount;
}

const decimalText = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads any line as decimal numbers, with signs and exponents too; what is none becomes NaN. */
export function parseColumns(line: string): number[] {
  return line.split(',').map((text) => (decimalText.test(text) ? Number(text) : Number.NaN));
}
