import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@heliograph/contracts';
import {
  createSilentLogger,
  guardStreams,
  paceRequests,
  type Logger,
  type Pace,
  type StreamClient,
  type Streams,
} from '@heliograph/contracts/service';
import { createQuietTime, type QuietTime } from './quiet-time.ts';

/** What is used of a ccxt exchange here: public data, without keys. Its answers are read with schemas. */
export interface PublicVenue {
  readonly id: string;
  readonly has: Readonly<Record<string, unknown>>;
  readonly timeframes: Readonly<Record<string, unknown>> | undefined;
  readonly markets: Readonly<Record<string, unknown>> | undefined;
  readonly features: unknown;
  readonly urls: { api: unknown };
  readonly rateLimit: number;
  readonly options: Record<string, unknown>;
  throttle: Pace;
  timeout: number;
  fetchImplementation: (url: string, init: RequestInit) => Promise<Response>;
  client: (url: string) => StreamClient;
  loadHttpProxyAgent(): Promise<unknown>;
  loadMarkets(reload: boolean): Promise<unknown>;
  fetchTime(): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<unknown>;
  watchOHLCV(symbol: string, timeframe: string): Promise<unknown>;
  watchTrades(symbol: string): Promise<unknown>;
  /** Where a message about a candle goes, on Binance. */
  handleOHLCV?(client: unknown, message: unknown): void;
  close(): Promise<unknown>;
}

export interface PublicVenueOptions {
  /** Where in the command the venue is named, for errors, e.g. `--venue binance`. */
  readonly where: string;
  /** Where requests and streams go instead. */
  readonly redirect?: ((url: string) => string) | undefined;
  /** How often its markets are asked for before it counts as away. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
  readonly log?: Logger;
}

interface LoadedVenue {
  readonly venue: PublicVenue;
  readonly quiet: QuietTime;
  readonly streams: Streams;
}

const requestTimeoutMs = 10_000;
const tryAgainMs = 1_000;

/** What ccxt asks for that nobody needs here. */
const options: Readonly<Record<string, object>> = {
  binance: { fetchMargins: false, fetchCurrencies: false, fetchMarkets: { types: ['spot'] } },
};

/**
 * Loads a venue with its markets.
 * @throws UserError where ccxt does not know it, or it cannot be reached
 */
export async function loadPublicVenue(
  exchangeId: string,
  { where, redirect, tries = 1, signal, log = createSilentLogger() }: PublicVenueOptions,
): Promise<LoadedVenue> {
  const { default: ccxt } = await import('ccxt');
  // The classes with streams, and the others where there are none.
  const found: unknown = ccxt.exchanges.includes(exchangeId)
    ? (Reflect.get(ccxt.pro, exchangeId) ?? Reflect.get(ccxt, exchangeId))
    : undefined;
  if (typeof found !== 'function')
    throw new UserError(
      `${where}: there is no such exchange: use one of ccxt's names, such as binance or kraken`,
      { exitCode: 2 },
    );
  const venue: PublicVenue = Reflect.construct(found, [
    { enableRateLimit: true, options: options[exchangeId] ?? {} },
  ]);
  const quiet = createQuietTime();
  paceRequests(venue);
  venue.timeout = requestTimeoutMs;
  venue.fetchImplementation = async (url, init) => {
    const response = await quiet.keep(() => fetch(redirect?.(url) ?? url, init));
    // Garbage would be no candles to ccxt, and no candles would be a gap.
    if (response.ok) await response.clone().json();
    return response;
  };
  const streams = guardStreams(venue, {
    say: (text) => log.debug({ text }, 'from the stream'),
  });
  if (redirect) {
    venue.urls.api = redirectStreams(venue.urls.api, redirect);
    // ccxt refuses to talk in the clear before it has looked for a proxy.
    await venue.loadHttpProxyAgent();
  }
  for (let failures = 1; ; failures++)
    try {
      // Without a reload ccxt goes on telling of the first failure.
      await venue.loadMarkets(true);
      return { venue, quiet, streams };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
      if (failures >= tries || signal?.aborted === true)
        throw new UserError(`${where}: ${exchangeId} cannot be reached: ${why}`, {
          exitCode: 1,
          cause,
        });
      const pauseMs = Math.max(quiet.leftMs(), tryAgainMs * failures);
      await sleep(pauseMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
}

function redirectStreams(urls: unknown, redirect: (url: string) => string): unknown {
  if (typeof urls === 'string') return /^wss?:/.test(urls) ? redirect(urls) : urls;
  if (typeof urls !== 'object' || urls === null) return urls;
  return Object.fromEntries(
    Object.entries(urls).map(([name, url]) => [name, redirectStreams(url, redirect)]),
  );
}
