import type { Mode } from '@heliograph/contracts';

/** What a message says of the portfolio that it is about. Without mode and currency: its opening is not known. */
export interface Portfolio {
  readonly name: string;
  readonly mode?: Mode;
  /** The quote currency of all its symbols. */
  readonly currency?: string;
}

/** What every title begins with, so that paper is never taken for money: `[PAPER]`, or the name if nothing else is known. */
export function label({ name, mode }: Portfolio): string {
  return `[${mode?.toUpperCase() ?? name}]`;
}

/** The currency of prices and money: the portfolio's, else the one that the symbol names, else none. */
export function currencyOf({ currency }: Portfolio, symbol: string): string {
  return currency ?? symbol.split(/[/:]/)[1] ?? '';
}
