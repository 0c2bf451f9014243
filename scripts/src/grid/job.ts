import type { PortfolioSettings } from '@heliograph/contracts';
import type { Metrics } from '@heliograph/trade-log';
import type { CandleSource } from '../candle-source.ts';
import type { Window } from './windows.ts';

/** What every job of a grid shares; plain data, for it goes to another thread. */
export interface GridSetting {
  readonly source: CandleSource;
  readonly strategy: string;
  readonly portfolio: string;
  readonly settings: PortfolioSettings;
}

/** One combination of parameters over one part of the candles. */
export interface Job {
  readonly params: readonly string[];
  readonly window: Window;
}

export interface JobResult {
  readonly metrics: Metrics;
  readonly signals: number;
  readonly skipped: Readonly<Record<string, number>>;
  /** How often the strategy failed. */
  readonly failures: number;
  readonly decisionsHash: string;
}
