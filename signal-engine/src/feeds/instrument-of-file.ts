import { basename } from 'node:path';
import { SymbolName, Timeframe, UserError, Venue } from '@heliograph/contracts';
import type { z } from 'zod';
import type { Instrument } from './feed.ts';

/** What the name of a candle file does not tell, or tells wrongly, as text that has not been checked. */
export interface InstrumentOverrides {
  readonly venue?: string;
  readonly symbol?: string;
  readonly timeframe?: string;
}

const defaultVenue = 'binance';

/**
 * The instrument that a name such as `BTC_USDT-1m.csv.gz`, `BTC_USD-30m-bitstamp-2014.csv` or `SPY-1d.csv` tells:
 * `<symbol>-<timeframe>[-<venue>]`, where `_` stands for the `/` and the `:` of the symbol. What is given overrides it.
 * @throws UserError with exit code 2 that names the option which is missing or wrong
 */
export function instrumentOfFile(path: string, given: InstrumentOverrides = {}): Instrument {
  const name = basename(path);
  const [symbol = '', ...words] = name.replace(/\..*$/, '').split('-');
  const at = words.findIndex((word) => Timeframe.safeParse(word).success);
  const venue = Venue.safeParse(words[at + 1]).data ?? defaultVenue;

  const choose = <S extends z.ZodType>(
    option: keyof InstrumentOverrides,
    schema: S,
    told: string | undefined,
    example: string,
  ): z.output<S> => {
    const parsed = schema.safeParse(given[option] ?? told);
    if (parsed.success) return parsed.data;
    const problem =
      given[option] === undefined
        ? `the file name ${name} does not tell the ${option}: give it`
        : `${JSON.stringify(given[option])} is no ${option}: give one`;
    throw new UserError(`${problem} with --${option}, e.g. --${option} ${example}`, {
      exitCode: 2,
    });
  };
  return {
    venue: choose('venue', Venue, at < 0 ? defaultVenue : venue, 'binance'),
    symbol: choose('symbol', SymbolName, symbol.replace('_', '/').replace('_', ':'), 'BTC/USDT'),
    timeframe: choose('timeframe', Timeframe, words[at], '1m'),
  };
}
