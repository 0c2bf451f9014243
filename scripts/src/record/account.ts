import type { Big, SymbolName, Venue } from '@heliograph/contracts';

export interface Holding {
  readonly venue: Venue;
  readonly symbol: SymbolName;
}

/** What is recorded of a portfolio, as it stands now. */
export interface Account {
  /** Cash and what is held at the last prices, in floating point; quote currency. */
  readonly estimatedEquity: number;
  /** The same as it stands now, to the last digit, reckoned when it is asked for. */
  exactEquity(): () => Big;
  /** What is held, by venue and symbol with a bar between. */
  readonly positions: ReadonlyMap<string, Holding>;
}

/** What the market has done since the last price of that instrument: a candle, or a trade. */
export interface Price extends Holding {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}
