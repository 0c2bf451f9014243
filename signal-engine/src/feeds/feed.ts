import type { Candle, SymbolName, Timeframe, Venue } from '@heliograph/contracts';

export interface Instrument {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
}

/** All candles that close at one moment, in the order of the feed's instruments. */
export interface Instant {
  /** Epoch ms. */
  readonly time: number;
  readonly candles: readonly Candle[];
}

/** Where candles come from. */
export interface Feed {
  /** Equal for equal instruments and equal data, wherever they are kept. */
  readonly identity: string;
  readonly instruments: readonly Instrument[];
  /**
   * The feed from its beginning, times rising; an instant never spans two chunks. A chunk is read only when it is asked
   * for, so who works slowly holds little. Each call reads anew.
   */
  chunks(): AsyncIterable<readonly Instant[]>;
}
