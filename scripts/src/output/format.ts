import { Big, exactly, toTime } from '@heliograph/contracts';

/** Money for people: two decimals, thousands apart; three digits where it is less than a tenth, for an account may be in BTC. */
export function money(value: string | Big): string {
  const exact = new Big(value);
  const decimals = moneyDecimals(Number(exact.toFixed()));
  const text = exact.toFixed(decimals, Big.roundHalfEven);
  const [whole = '0', cents = '00'] = text.split('.');
  return `${grouped(whole)}.${cents.replace(/0+$/, '').padEnd(2, '0')}`;
}

function moneyDecimals(value: number): number {
  const size = Math.abs(value);
  return size === 0 || size >= 0.1 ? 2 : 2 - Math.floor(Math.log10(size));
}

/** A price or a quantity to eight decimals, or to six digits where that is more, the trailing zeros cut. */
export function amount(value: string): string {
  const exact = new Big(value);
  const size = Number(exact.abs().toFixed());
  const decimals = size === 0 ? 8 : Math.max(8, 5 - Math.floor(Math.log10(size)));
  return exact.round(decimals, Big.roundHalfEven).toFixed();
}

/** A ratio as `1.84%`. */
export function percent(ratio: number): string {
  return `${exactly(ratio).times('100').toFixed(2, Big.roundHalfEven)}%`;
}

/** A change as `+1.84%`. */
export function change(ratio: number): string {
  return `${ratio > 0 ? '+' : ''}${percent(ratio)}`;
}

/** Epoch ms as `2026-01-05 00:01`. */
export function minute(ms: number): string {
  return toTime(ms).slice(0, 16).replace('T', ' ');
}

export function count(value: number): string {
  return grouped(String(value));
}

function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A span of time by its largest units: `4m 07s`, `12.3s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)}s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
}

/** A size in the largest unit that leaves a number of 1 or above: `12.3 MB`, of a thousand each. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return at === 0 ? `${size} B` : `${(size / 1_000 ** at).toFixed(1)} ${units[at] ?? ''}`;
}

const barLength = 20;

/** How much of something is done, as `[########------------]`. */
export function bar(ratio: number): string {
  const done = Math.round(ratio * barLength);
  return `[${'#'.repeat(done)}${'-'.repeat(barLength - done)}]`;
}
