import type { TradingState } from '@heliograph/contracts';

/** What became of a position that was to be closed. */
export interface ClosedPosition {
  readonly portfolio: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly status: string;
  /** Base units that are still held. */
  readonly left: string;
  readonly price?: string;
  readonly reason?: string;
  readonly detail?: string;
}

export interface Heartbeat {
  readonly service: string;
  /** Epoch ms. */
  readonly seenMs: number;
  readonly isSilent: boolean;
}

/** Who wants something done, and the name of that wish: the same wish, done twice, is done once. */
export interface Wish {
  /** Of a portfolio, or `all`. */
  readonly portfolio: string;
  readonly author: string;
  readonly key: string;
}

/**
 * What a person may see and do beyond what the trade log tells. Whoever puts the services together provides it, for it
 * reaches the portfolios' journals.
 */
export interface Control {
  /**
   * Keeps the trading state; resolves to the portfolios that are in it, those whose workers have not answered, and those of
   * which somebody else has wanted something else since.
   */
  change(
    state: TradingState,
    wish: Wish & { readonly reason: string },
  ): Promise<{
    readonly followed: readonly string[];
    readonly unanswered: readonly string[];
    readonly overruled: readonly {
      readonly portfolio: string;
      readonly state: TradingState;
      readonly author: string;
    }[];
  }>;
  /** Leaves positions at the market, those of the symbols or all. */
  close(wish: Wish, symbols: readonly string[] | 'all'): Promise<readonly ClosedPosition[]>;
  /** Halts, takes open entries back and leaves everything. */
  panic(wish: Wish): Promise<{
    readonly closed: readonly ClosedPosition[];
    /** What is left: entries that are open, positions that came late. */
    readonly left: readonly string[];
  }>;
  /** Takes back the entries that are open in a symbol; resolves to the portfolios that were told. */
  cancel(wish: Wish, symbol: string): Promise<readonly string[]>;
  /** Every service that was heard of, and when last. */
  heartbeats(): readonly Heartbeat[];
  /** The last lines of the log, oldest first. */
  logs(count: number): readonly string[];
  readonly version: string;
}
