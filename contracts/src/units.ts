import { Big } from 'big.js';
import { z } from 'zod';

// Exact decimals only: a `number` that strays into money throws instead of rounding.
Big.strict = true;
// Divisions are cut, never rounded up: a quotient must not buy more than there is.
Big.RM = Big.roundDown;
Big.DP = 24;

/** Of a decimal as text, point and sign included. */
const maxDigits = 64;

// Each decimal is one pattern, without a refinement, so that the JSON Schemas say the same as the code. Malformed
// decimals and times abort: the rules across fields compute with them and only ever see well-formed ones.
export const Decimal = decimalText(/^-?(0|[1-9]\d*)(\.\d+)?$/, 'a decimal number').meta({
  id: 'Decimal',
  description: 'A decimal number as text: no exponent, no sign but minus, no leading zeros.',
});
export type Decimal = z.infer<typeof Decimal>;

export const PositiveDecimal = decimalText(
  /^([1-9]\d*(\.\d+)?|0\.0*[1-9]\d*)$/,
  'a decimal number above 0',
).meta({ id: 'PositiveDecimal', description: 'A decimal number above 0, as text.' });

export const NonNegativeDecimal = decimalText(
  /^(0|[1-9]\d*)(\.\d+)?$/,
  'a decimal number of 0 or above',
).meta({ id: 'NonNegativeDecimal', description: 'A decimal number of 0 or above, as text.' });

/**
 * Plain notation whatever the magnitude, trailing zeros cut.
 * @throws ZodError when that is longer than 64 characters
 */
export function toDecimal(value: Big): Decimal {
  const text = value.toFixed();
  return isShort(text) ? text : Decimal.parse(text);
}

/**
 * The same of what has to be above 0.
 * @throws ZodError also when it is not
 */
export function toPositive(value: Big): Decimal {
  const text = value.toFixed();
  return isShort(text) && text !== '0' && !text.startsWith('-')
    ? text
    : PositiveDecimal.parse(text);
}

/**
 * The same of what may be 0.
 * @throws ZodError also when it is below
 */
export function toNonNegative(value: Big): Decimal {
  const text = value.toFixed();
  return isShort(text) && !text.startsWith('-') ? text : NonNegativeDecimal.parse(text);
}

/** All that the schemas leave to be asked of what a `Big` writes: its form is theirs (units.test.ts). */
function isShort(text: string): text is Decimal {
  return text.length <= maxDigits;
}

/** The exact decimal that a market-data number stands for: its shortest text, so "0.1" for 0.1. */
export function exactly(value: number): Big {
  return new Big(String(value));
}

export const SymbolName = z
  .string()
  .regex(
    /^[A-Z0-9]{1,20}(\/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?)?$/,
    'expected a symbol such as BTC/USDT, in capitals',
  )
  .brand<'SymbolName'>()
  .meta({
    id: 'SymbolName',
    description:
      "An instrument as the venue's pair: `BTC/USDT`, `BTC/USDT:USDT` (settled in USDT), or a bare `SPY`.",
  });
export type SymbolName = z.infer<typeof SymbolName>;

export const Venue = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a venue such as binance, in small letters')
  .brand<'Venue'>()
  .meta({ id: 'Venue', description: "A venue's short name, e.g. `binance`." });
export type Venue = z.infer<typeof Venue>;

export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'expected 1 to 64 letters, digits, dashes or underscores, the first a letter or digit',
  )
  .meta({
    id: 'Name',
    description:
      'A name that is safe as one token of a subject, e.g. of a strategy or a portfolio.',
  });

const timeframeUnits = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

export const Timeframe = z
  .string()
  .regex(/^[1-9]\d{0,3}[smhdw]$/, 'expected a timeframe such as 1m, 30m, 4h or 1d')
  .brand<'Timeframe'>()
  .meta({
    id: 'Timeframe',
    description: "A candle's length: a count and a unit, e.g. `30s`, `1m`, `4h`, `1d`, `1w`.",
  });
export type Timeframe = z.infer<typeof Timeframe>;

export function timeframeMs(timeframe: Timeframe): number {
  return Number(timeframe.slice(0, -1)) * (timeframeUnits.get(timeframe.slice(-1)) ?? NaN);
}

export const EventId = z
  .string()
  .regex(/^[!-~]{1,128}$/, 'expected an id of 1 to 128 printable characters without blanks')
  .brand<'EventId'>()
  .meta({
    id: 'EventId',
    description: 'An id: 1 to 128 printable ASCII characters without blanks.',
  });
export type EventId = z.infer<typeof EventId>;

export const Time = z.iso
  .datetime({ error: 'expected a UTC time such as 2026-11-23T20:00:00.000Z', abort: true })
  .meta({
    id: 'Time',
    description: 'A moment as RFC 3339 in UTC, e.g. `2026-11-23T20:00:00.000Z`.',
  });

/** No time is earlier, epoch ms: candles of stocks go back to long before 1970. */
export const earliestMs = Date.parse('0000-01-01T00:00:00.000Z');

/** RFC 3339 in UTC of epoch milliseconds. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Epoch milliseconds of an RFC 3339 time. */
export function toMs(time: string): number {
  return Date.parse(time);
}

export { Big } from 'big.js';

function decimalText(pattern: RegExp, expected: string) {
  const error = `expected ${expected} as text, e.g. "0.25"`;
  return z
    .string({ error })
    .max(maxDigits, {
      error: `Too big: expected string to have <=${maxDigits} characters`,
      abort: true,
    })
    .regex(pattern, { error, abort: true })
    .brand<'Decimal'>();
}
