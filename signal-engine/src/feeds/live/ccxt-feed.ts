import { UserError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { openCcxtVenue } from './ccxt-venue.ts';
import type { LiveFeed } from './live-feed.ts';
import { mergeLive } from './merge-live.ts';
import { pollCandles } from './poll-candles.ts';

const prefix = 'ccxt:';

/** Whether a feed is named as a market, and not as a file. */
export function isCcxtFeed(name: string): boolean {
  return name.startsWith(prefix);
}

/**
 * The candles of an exchange: `ccxt:binance:BTC/USDT,ETH/USDT:1m`. The venue is asked over REST as each candle closes, which
 * also brings what was missed while it was away.
 * @throws UserError with exit code 2 that says what there is instead
 */
export async function openCcxtFeed(
  name: string,
  { log, redirect }: { log: Logger; redirect?: ((url: string) => string) | undefined },
): Promise<LiveFeed> {
  const [exchangeId = '', symbols = '', timeframe = '', ...rest] = partsOf(name);
  if (exchangeId === '' || symbols === '' || timeframe === '' || rest.length > 0)
    throw new UserError(
      `--feed ${name}: expected ccxt:EXCHANGE:SYMBOL,SYMBOL:TIMEFRAME, such as ccxt:binance:BTC/USDT,ETH/USDT:1m`,
      { exitCode: 2 },
    );
  const venue = await openCcxtVenue(exchangeId, { where: `--feed ${name}`, redirect });
  const instruments = [...new Set(symbols.split(','))].map((symbol) =>
    venue.instrument(symbol, timeframe),
  );
  return {
    name: `${exchangeId}, live`,
    instruments,
    instants: ({ afterMs, signal }) =>
      mergeLive(
        instruments.map((instrument) =>
          pollCandles({ source: venue, instrument, afterMs, signal, log }),
        ),
      ),
  };
}

/** A symbol may have a colon of its own, as `BTC/USDT:USDT` has: the first part and the last are not it. */
function partsOf(name: string): string[] {
  const [exchangeId = '', ...rest] = name.slice(prefix.length).split(':');
  return [exchangeId, rest.slice(0, -1).join(':'), rest.at(-1) ?? ''];
}
