import { setTimeout as sleep } from 'node:timers/promises';
import {
  SymbolName,
  Timeframe,
  timeframeMs,
  UserError,
  Venue,
  type Candle,
} from '@heliograph/contracts';
import { z } from 'zod';
import type { Instrument } from '../feed.ts';
import type { CandleSource } from './poll-candles.ts';
import { createQuietTime } from './quiet-time.ts';

/** What every venue gives at once; many give more and say so. */
const smallPage = 500;
const largestPage = 1_000;
const requestTimeoutMs = 10_000;
const clockEveryMs = 600_000;
const tryAgainMs = 1_000;

/** What is used of a ccxt exchange here: public data, without keys. */
interface PublicVenue {
  readonly has: Readonly<Record<string, unknown>>;
  readonly timeframes: Readonly<Record<string, unknown>> | undefined;
  readonly markets: Readonly<Record<string, unknown>> | undefined;
  readonly features: unknown;
  timeout: number;
  fetchImplementation: (url: string, init: RequestInit) => Promise<Response>;
  loadMarkets(reload: boolean): Promise<unknown>;
  fetchTime(): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<unknown>;
}

/** What a venue leaves out is no number, and no candle can be made of it. */
const Value = z
  .number()
  .nullish()
  .transform((value) => value ?? Number.NaN);
const Rows = z.array(z.tuple([z.number(), Value, Value, Value, Value, Value]));

const Features = z.object({ spot: z.object({ fetchOHLCV: z.object({ limit: z.number() }) }) });

/** What ccxt asks for that nobody needs here. */
const options: Readonly<Record<string, object>> = {
  binance: { fetchMargins: false, fetchCurrencies: false, fetchMarkets: { types: ['spot'] } },
};

/** Public candles of a venue. */
export interface CcxtVenue extends CandleSource {
  /** How many candles an answer has at most. */
  readonly pageLength: number;
  /** @throws UserError that says what there is instead, where the venue does not have it */
  instrument(symbol: string, timeframe: string): Instrument;
}

export interface CcxtVenueOptions {
  /** Where in the command the venue is named, for errors, e.g. `--venue binance`. */
  readonly where: string;
  readonly redirect?: ((url: string) => string) | undefined;
  /** How often its markets are asked for before it counts as away. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
}

/**
 * Opens a venue for its candles.
 * @throws UserError where ccxt does not know it, or it tells no candles
 */
export async function openCcxtVenue(
  exchangeId: string,
  { where, redirect = (url) => url, tries = 1, signal }: CcxtVenueOptions,
): Promise<CcxtVenue> {
  const { default: ccxt } = await import('ccxt');
  const found: unknown = ccxt.exchanges.includes(exchangeId)
    ? Reflect.get(ccxt, exchangeId)
    : undefined;
  if (typeof found !== 'function')
    throw new UserError(
      `${where}: there is no such exchange: use one of ccxt's names, such as binance or kraken`,
      { exitCode: 2 },
    );
  const venue: PublicVenue = Reflect.construct(found, [
    { enableRateLimit: true, options: options[exchangeId] ?? {} },
  ]);
  if (venue.has['fetchOHLCV'] !== true)
    throw new UserError(`${where}: it tells no candles`, { exitCode: 2 });
  const quiet = createQuietTime(Date.now);
  venue.timeout = requestTimeoutMs;
  venue.fetchImplementation = async (url, init) => {
    const response = await quiet.keep(() => fetch(redirect(url), init));
    // Garbage would be no candles to ccxt, and no candles would be a gap.
    if (response.ok) await response.clone().json();
    return response;
  };
  await loadMarkets();

  let offsetMs = 0;
  let measuredMs = -Infinity;
  /** How far its clock is ahead: what has closed there is closed, whatever the clock here says. */
  const measure = async (): Promise<void> => {
    if (venue.has['fetchTime'] !== true || performance.now() - measuredMs < clockEveryMs) return;
    const startMs = Date.now();
    const told = Number(await venue.fetchTime());
    const tripMs = Date.now() - startMs;
    if (!Number.isFinite(told)) return;
    offsetMs = Math.round(told - startMs - tripMs / 2);
    measuredMs = performance.now();
  };

  const told = Features.safeParse(venue.features);
  const pageLength = told.success
    ? Math.min(told.data.spot.fetchOHLCV.limit, largestPage)
    : smallPage;

  return {
    pageLength,
    quietMs: quiet.leftMs,
    nowMs: () => Date.now() + offsetMs,
    async candles(instrument, sinceMs) {
      const { symbol, timeframe } = instrument;
      await measure();
      const rows = Rows.parse(await venue.fetchOHLCV(symbol, timeframe, sinceMs, pageLength));
      return rows
        .map((row) => candleOf(instrument, row))
        .toSorted((a, b) => a.openTime - b.openTime);
    },
    instrument(symbol, timeframe) {
      const length = Timeframe.safeParse(timeframe);
      const known = Object.keys(venue.timeframes ?? {});
      if (!length.success || (known.length > 0 && !known.includes(timeframe)))
        return refuse(`${exchangeId} has no candles of ${timeframe}; it has ${known.join(', ')}`);
      const name = SymbolName.safeParse(symbol);
      if (!name.success || !(symbol in (venue.markets ?? {})))
        return refuse(
          `${exchangeId} has no ${symbol}${similar(symbol, Object.keys(venue.markets ?? {}))}`,
        );
      return { venue: Venue.parse(exchangeId), symbol: name.data, timeframe: length.data };
    },
  };

  function refuse(why: string): never {
    throw new UserError(`${where}: ${why}`, { exitCode: 2 });
  }

  async function loadMarkets(): Promise<void> {
    for (let left = tries - 1; ; left--)
      try {
        // Without a reload ccxt goes on telling of the first failure.
        return void (await venue.loadMarkets(true));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
        if (left <= 0 || signal?.aborted === true)
          throw new UserError(`${where}: ${exchangeId} cannot be reached: ${why}`, {
            exitCode: 1,
            cause,
          });
        const pauseMs = Math.max(quiet.leftMs(), tryAgainMs * (tries - left));
        await sleep(pauseMs, undefined, signal ? { signal } : {}).catch(() => undefined);
      }
  }
}

function candleOf(instrument: Instrument, row: z.infer<typeof Rows>[number]): Candle {
  const [openTime, open, high, low, close, volume] = row;
  const closeTime = openTime + timeframeMs(instrument.timeframe);
  return { ...instrument, openTime, closeTime, open, high, low, close, volume };
}

function similar(symbol: string, known: readonly string[]): string {
  const [base = ''] = symbol.split('/');
  const others = known.filter((each) => each.startsWith(`${base}/`)).slice(0, 5);
  return others.length === 0 ? '' : `; it has ${others.join(', ')}`;
}
