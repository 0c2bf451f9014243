import { SymbolName, Timeframe, UserError } from '@heliograph/contracts';
import { whyNotResampled } from '../candles/resample.ts';
import type { Instrument } from '../feeds/feed.ts';

/** What a strategy wants to see beside the candles of its symbol. */
export interface Needs {
  /** Longer candles, made of those of the feed: of its own symbol and of the others. */
  readonly timeframes: readonly Timeframe[];
  /** Other symbols of the same venue. */
  readonly symbols: readonly SymbolName[];
}

/** @throws UserError with exit code 1 that names what is no timeframe or no symbol */
export function readNeeds(
  strategy: string,
  {
    timeframes = [],
    symbols = [],
  }: { timeframes?: readonly string[]; symbols?: readonly string[] },
): Needs {
  const refuse = (what: string, found: string, expected: string): never => {
    throw new UserError(
      `strategy ${strategy}: found ${what} ${JSON.stringify(found)} in its needs, expected one such as ${expected}`,
      { exitCode: 1 },
    );
  };
  return {
    timeframes: [...new Set(timeframes)].map(
      (text) => Timeframe.safeParse(text).data ?? refuse('the timeframe', text, '1h'),
    ),
    symbols: [...new Set(symbols)].map(
      (text) => SymbolName.safeParse(text).data ?? refuse('the symbol', text, 'BTC/USDT'),
    ),
  };
}

/** @throws UserError with exit code 2 when these instruments cannot give a strategy what it needs */
export function checkServed(
  { name, needs }: { readonly name: string; readonly needs: Needs },
  instruments: readonly Instrument[],
): void {
  const refuse = (problem: string): never => {
    throw new UserError(`strategy ${name}: ${problem}`, { exitCode: 2 });
  };
  for (const { timeframe } of instruments)
    for (const wanted of needs.timeframes) {
      const problem = whyNotResampled(timeframe, wanted);
      if (problem !== undefined) refuse(`it wants candles of ${wanted}, but ${problem}`);
      if (wanted === timeframe) refuse(`candles of ${wanted} are what it is given anyway`);
    }
  for (const venue of new Set(instruments.map((instrument) => instrument.venue))) {
    const there = instruments.filter((instrument) => instrument.venue === venue);
    for (const wanted of needs.symbols)
      if (!there.some(({ symbol }) => symbol === wanted))
        refuse(
          `it wants ${wanted}, and of ${venue} there is ${there.map(({ symbol }) => symbol).join(', ')}: give it that symbol's candles, too`,
        );
  }
}
