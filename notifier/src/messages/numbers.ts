import { Big, exactly } from '@heliograph/contracts';
import { notationOf } from './notation.ts';

let notation = notationOf('en');

/** From here on numbers are written as in that language, in all messages of this process: it speaks one, as it has one time zone. */
export function writeNumbersAs(locale: string): void {
  notation = notationOf(locale);
}

/** A price or a quantity: `64,210.512346`, to 8 significant digits and never coarser than 0.01. */
export function amount(value: string | Big): string {
  return readable(new Big(value), 8);
}

/** Money: `1,234.57`, to 0.01; below 1 to 3 significant digits. */
export function money(value: string | Big, currency: string): string {
  return `${readable(new Big(value), 3)} ${currency}`.trimEnd();
}

/** Money that was won or lost: `+17.7 USDT`. */
export function result(value: string, currency: string): string {
  return `${shown(new Big(value), 3, { isResult: true })} ${currency}`.trimEnd();
}

/** A ratio as a result in percent: `+1.84%` for 0.0184. */
export function percent(ratio: number): string {
  return shown(exactly(ratio).times('100'), 3, { isResult: true, isPercent: true });
}

/** A ratio as a part of something: `10%` for 0.1. */
export function share(ratio: number): string {
  return shown(exactly(ratio).times('100'), 3, { isPercent: true });
}

/** A plain number: `1,968`, `2.5`. */
export function count(value: number): string {
  return readable(exactly(value), 8);
}

/** So many of them: `1 trade`, `1,968 candles`. */
export function things(value: number, one: string): string {
  return `${count(value)} ${named(value, one)}`;
}

/** What so many of them are called. */
export function named(value: number, one: string, several = `${one}s`): string {
  return value === 1 ? one : several;
}

/**
 * Thousands apart, trailing zeros cut, rounded half away from zero to at least that many significant digits and at
 * least 2 decimals: what is not zero is never shown as zero.
 */
export function readable(value: Big, significantDigits: number): string {
  return shown(value, significantDigits, {});
}

function shown(
  value: Big,
  significantDigits: number,
  how: { readonly isResult?: boolean; readonly isPercent?: boolean },
): string {
  const decimals = Math.max(2, significantDigits - 1 - value.e);
  const rounded = value.round(decimals, Big.roundHalfUp);
  const sign = rounded.gt('0') ? 1 : rounded.lt('0') ? -1 : 0;
  return notation.shown(notation.magnitude(rounded.abs().toFixed()), { sign, ...how });
}
