import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import type { Instant, Instrument } from '../feed.ts';
import type { Trouble } from './market-watch.ts';

export interface LiveInstant extends Instant {
  /** The place of its candle in MARKET, where somebody else has published it. */
  readonly sequence?: number;
}

export interface LiveOptions {
  readonly afterMs: number;
  readonly signal: AbortSignal;
  readonly bus: Bus;
  readonly log: Logger;
  /** Told of what the feed leaves out. */
  report(trouble: Trouble): void;
}

/** A market as it happens. */
export interface LiveFeed {
  /** Where the candles come from, for people. */
  readonly name: string;
  readonly instruments: readonly Instrument[];
  /** Whether others publish its candles, so that they are on the bus already. Default: false. */
  readonly isOnBus?: boolean;
  /**
   * Closed candles: those that have closed after `afterMs` already, and then each as it closes, until the signal is aborted. Of
   * one instrument the times rise and none is told twice; what the venue has no candle for is left out. Whatever may pass
   * is waited out.
   */
  instants(options: LiveOptions): AsyncIterable<LiveInstant>;
}
