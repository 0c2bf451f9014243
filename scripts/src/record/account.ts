import type { Big, SymbolName, Venue } from '@heliograph/contracts';

export interface Holding {
  readonly venue: Venue;
  readonly symbol: SymbolName;
}

/** What is recorded of a portfolio, as it stands now. */
export interface Account {
  /** Cash and what is held at the last prices; quote currency. */
  readonly equity: Big;
  /** The same in floating point. */
  readonly estimatedEquity: number;
  /** What is held, by venue and symbol with a bar between. */
  readonly positions: ReadonlyMap<string, Holding>;
}
