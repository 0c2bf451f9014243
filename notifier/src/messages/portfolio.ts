import type { Mode } from '@heliograph/contracts';

/** What a message says of the portfolio that it is about. Without mode and currency: its opening is not known. */
export interface Portfolio {
  readonly name: string;
  /** What people call it, where that says more than its mode. */
  readonly called?: string;
  readonly mode?: Mode;
  /** The quote currency of all its symbols. */
  readonly currency?: string;
}

/**
 * What every title begins with, so that paper is never taken for money, nor one portfolio for another: `[PAPER]`,
 * `[PAPER careful]`, or the name if nothing else is known.
 */
export function label({ name, called, mode }: Portfolio): string {
  if (mode === undefined) return `[${name}]`;
  return called === undefined ? `[${mode.toUpperCase()}]` : `[${mode.toUpperCase()} ${called}]`;
}

/** The currency of prices and money: the portfolio's, else the one that the symbol names, else none. */
export function currencyOf({ currency }: Portfolio, symbol: string): string {
  return currency ?? symbol.split(/[/:]/)[1] ?? '';
}
