import type { Instant, Instrument } from '../feed.ts';

/** A market as it happens. */
export interface LiveFeed {
  /** Where the candles come from, for people. */
  readonly name: string;
  readonly instruments: readonly Instrument[];
  /**
   * Closed candles: those that have closed after `afterMs` already, and then each as it closes, until the signal is aborted. Of
   * one instrument the times rise and none is told twice; what the venue has no candle for is left out. Whatever may pass
   * is waited out.
   */
  instants(options: { afterMs: number; signal: AbortSignal }): AsyncIterable<Instant>;
}
