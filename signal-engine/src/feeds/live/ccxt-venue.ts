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

const atOnce = 500;
const requestTimeoutMs = 10_000;
const clockEveryMs = 600_000;

/** What is used of a ccxt exchange here: public data, without keys. */
interface PublicVenue {
  readonly has: Readonly<Record<string, unknown>>;
  readonly timeframes: Readonly<Record<string, unknown>> | undefined;
  readonly markets: Readonly<Record<string, unknown>> | undefined;
  timeout: number;
  fetchImplementation: (url: string, init: RequestInit) => Promise<Response>;
  loadMarkets(reload: boolean): Promise<unknown>;
  fetchTime(): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<unknown>;
}

const Rows = z.array(
  z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]),
);

/** What ccxt asks for that nobody needs here. */
const options: Readonly<Record<string, object>> = {
  binance: { fetchMargins: false, fetchCurrencies: false, fetchMarkets: { types: ['spot'] } },
};

/** Public candles of a venue. */
export interface CcxtVenue extends CandleSource {
  /** @throws UserError that says what there is instead, where the venue does not have it */
  instrument(symbol: string, timeframe: string): Instrument;
}

/**
 * Opens a venue for its candles.
 * @throws UserError where ccxt does not know it, or it tells no candles
 */
export async function openCcxtVenue(
  exchangeId: string,
  { redirect = (url) => url }: { redirect?: ((url: string) => string) | undefined } = {},
): Promise<CcxtVenue> {
  const { default: ccxt } = await import('ccxt');
  const found: unknown = ccxt.exchanges.includes(exchangeId)
    ? Reflect.get(ccxt, exchangeId)
    : undefined;
  if (typeof found !== 'function')
    throw new UserError(
      `--feed ccxt:${exchangeId}: there is no such exchange: use one of ccxt's names, such as binance or kraken`,
      { exitCode: 2 },
    );
  const venue: PublicVenue = Reflect.construct(found, [
    { enableRateLimit: true, options: options[exchangeId] ?? {} },
  ]);
  if (venue.has['fetchOHLCV'] !== true)
    throw new UserError(`--feed ccxt:${exchangeId}: it tells no candles`, { exitCode: 2 });
  venue.timeout = requestTimeoutMs;
  venue.fetchImplementation = (url, init) => fetch(redirect(url), init);
  await venue.loadMarkets(false).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new UserError(`--feed ccxt:${exchangeId}: ${exchangeId} cannot be reached: ${why}`, {
      cause,
    });
  });

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

  return {
    nowMs: () => Date.now() + offsetMs,
    async candles(instrument, sinceMs) {
      const { symbol, timeframe } = instrument;
      await measure();
      const rows = Rows.parse(await venue.fetchOHLCV(symbol, timeframe, sinceMs, atOnce));
      return rows
        .map((row) => candleOf(instrument, row))
        .toSorted((a, b) => a.openTime - b.openTime);
    },
    instrument(symbol, timeframe) {
      const where = `--feed ccxt:${exchangeId}:${symbol}:${timeframe}`;
      const refuse = (why: string): never => {
        throw new UserError(`${where}: ${why}`, { exitCode: 2 });
      };
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
