import type { PortfolioSettings } from '@heliograph/contracts';
import type { FeedOverrides } from '@heliograph/signal-engine';
import type { Performance } from '@heliograph/trade-log';
import type { Window } from './windows.ts';

/** What every job of a grid shares; plain data, for it goes to another thread. */
export interface GridSetting {
  readonly candles: readonly string[];
  readonly overrides: FeedOverrides;
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
  readonly metrics: Performance;
  readonly signals: number;
  readonly skipped: Readonly<Record<string, number>>;
  /** How often the strategy failed. */
  readonly failures: number;
  readonly decisionsHash: string;
}
