import { SymbolName, Timeframe, UserError, Venue } from '@heliograph/contracts';
import type { Instrument } from '../feed.ts';

/** What `PREFIX:VENUE:SYMBOL,SYMBOL:TIMEFRAME` says. A symbol may have a colon of its own, as `BTC/USDT:USDT` has. */
interface MarketName {
  readonly venue: string;
  readonly symbols: readonly string[];
  readonly timeframe: string;
}

/** Undefined where it is not of that form. */
export function readMarketName(name: string): MarketName | undefined {
  const [, venue = '', ...rest] = name.split(':');
  const symbols = rest.slice(0, -1).join(':');
  const timeframe = rest.at(-1) ?? '';
  if (venue === '' || symbols === '' || timeframe === '') return undefined;
  return { venue, symbols: [...new Set(symbols.split(','))], timeframe };
}

/** @throws UserError with exit code 2 that says what is wrong with the name */
export function instrumentsOf(name: string, example: string): readonly Instrument[] {
  const refuse = (why: string): never => {
    throw new UserError(`--feed ${name}: ${why}, such as ${example}`, { exitCode: 2 });
  };
  const parts = readMarketName(name);
  if (!parts) return refuse('expected a venue, symbols and a timeframe');
  const venue = Venue.safeParse(parts.venue);
  const timeframe = Timeframe.safeParse(parts.timeframe);
  if (!venue.success) return refuse(`${JSON.stringify(parts.venue)} is no venue`);
  if (!timeframe.success) return refuse(`${JSON.stringify(parts.timeframe)} is no timeframe`);
  return parts.symbols.map((text) => {
    const symbol = SymbolName.safeParse(text);
    if (!symbol.success) return refuse(`${JSON.stringify(text)} is no symbol`);
    return { venue: venue.data, symbol: symbol.data, timeframe: timeframe.data };
  });
}
