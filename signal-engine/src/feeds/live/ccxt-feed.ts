import { UserError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import type { StreamKind } from './ccxt-stream.ts';
import { openCcxtVenue, type CcxtVenue } from './ccxt-venue.ts';
import type { LiveFeed } from './live-feed.ts';
import { readMarketName } from './market-name.ts';
import { mergeLive } from './merge-live.ts';
import { pollCandles } from './poll-candles.ts';

const prefix = 'ccxt:';

/** Whether a feed is named as a market, and not as a file. */
export function isCcxtFeed(name: string): boolean {
  return name.startsWith(prefix);
}

/** How candles come: by streams where the venue has them, or only by asking. */
export const streamModes = ['auto', 'trades', 'off'] as const;
export type StreamMode = (typeof streamModes)[number];

/**
 * The candles of an exchange: `ccxt:binance:BTC/USDT,ETH/USDT:1m`. They come by its streams where it has them; it is asked over
 * REST for what they do not tell in time, which also brings what was missed while it was away.
 * @throws UserError with exit code 2 that says what there is instead
 */
export async function openCcxtFeed(
  name: string,
  {
    log,
    redirect,
    mode = 'auto',
  }: { log: Logger; redirect?: ((url: string) => string) | undefined; mode?: StreamMode },
): Promise<LiveFeed> {
  const market = readMarketName(name);
  if (!market)
    throw new UserError(
      `--feed ${name}: expected ccxt:EXCHANGE:SYMBOL,SYMBOL:TIMEFRAME, such as ccxt:binance:BTC/USDT,ETH/USDT:1m`,
      { exitCode: 2 },
    );
  const { venue: exchangeId, symbols, timeframe } = market;
  const venue = await openCcxtVenue(exchangeId, { where: `--feed ${name}`, redirect, log });
  const instruments = symbols.map((symbol) => venue.instrument(symbol, timeframe));
  const kind = kindOf(venue, mode);
  if (kind === undefined) log.info({ exchangeId }, 'candles are asked for: there is no stream');
  return {
    name: `${exchangeId}, live`,
    instruments,
    async *instants({ afterMs, signal, report }) {
      try {
        yield* mergeLive(
          instruments.map((instrument) => {
            const told = kind && venue.listen(instrument, kind, signal);
            const stream = told && { told, restart: venue.restartStreams };
            return pollCandles({ source: venue, stream, instrument, afterMs, signal, log, report });
          }),
        );
      } finally {
        await venue.close();
      }
    },
  };
}

/** @throws UserError where trades are wanted, and the venue does not tell them */
function kindOf(venue: CcxtVenue, mode: StreamMode): StreamKind | undefined {
  if (mode === 'off') return undefined;
  if (mode === 'auto' && venue.tells('candles')) return 'candles';
  if (venue.tells('trades')) return 'trades';
  if (mode === 'auto') return undefined;
  throw new UserError('--stream trades: the exchange has no stream of them', { exitCode: 2 });
}
