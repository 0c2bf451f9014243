import { SymbolName, Timeframe, UserError, Venue } from '@heliograph/contracts';
import { createSilentLogger } from '@heliograph/contracts/service';
import { z } from 'zod';
import type { Instrument } from '../feed.ts';
import { candlesOf } from './candle-rows.ts';
import { listen, type StreamKind } from './ccxt-stream.ts';
import { loadPublicVenue, type PublicVenueOptions } from './load-public-venue.ts';
import type { CandleSource } from './poll-candles.ts';
import type { ToldCandles } from './told-candles.ts';
import { createVenueClock } from './venue-clock.ts';

/** What every venue gives at once; many give more and say so. */
const smallPage = 500;
const largestPage = 1_000;
/** A clock that differs by more is told as wrong: one of the two is. */
const tolerableMs = 1_000;

const Features = z.object({ spot: z.object({ fetchOHLCV: z.object({ limit: z.number() }) }) });

/** Public candles of a venue. */
export interface CcxtVenue extends CandleSource {
  /** How many candles an answer has at most. */
  readonly pageLength: number;
  /** @throws UserError that says what there is instead, where the venue does not have it */
  instrument(symbol: string, timeframe: string): Instrument;
  /** What it tells by itself. */
  listen(instrument: Instrument, kind: StreamKind, signal: AbortSignal): ToldCandles;
  /** Whether it tells that by itself. */
  tells(kind: StreamKind): boolean;
  /** All streams break and begin anew, unless that was just done. */
  restartStreams(): void;
  close(): Promise<void>;
}

/**
 * Opens a venue for its candles.
 * @throws UserError where ccxt does not know it, it cannot be reached, or it tells no candles
 */
export async function openCcxtVenue(
  exchangeId: string,
  options: PublicVenueOptions,
): Promise<CcxtVenue> {
  const { where, log = createSilentLogger() } = options;
  const { venue, quiet, streams } = await loadPublicVenue(exchangeId, options);
  if (venue.has['fetchOHLCV'] !== true) refuse('it tells no candles');
  const clock = createVenueClock({
    ask: venue.has['fetchTime'] === true ? async () => Number(await venue.fetchTime()) : undefined,
    localMs: Date.now,
    onChange: (reading) =>
      Math.abs(reading.offsetMs) > tolerableMs
        ? log.warn(
            { ...reading },
            `the clock of ${exchangeId} and the clock here differ: one is wrong`,
          )
        : log.info({ ...reading }, `the clock of ${exchangeId}`),
  });
  const features = Features.safeParse(venue.features);
  const pageLength = features.success
    ? Math.min(features.data.spot.fetchOHLCV.limit, largestPage)
    : smallPage;

  return {
    pageLength,
    quietMs: quiet.leftMs,
    nowMs: clock.nowMs,
    measureClock: () => clock.measure({ again: true }),
    async candles(instrument, sinceMs) {
      await clock.measure();
      const { symbol, timeframe } = instrument;
      return candlesOf(instrument, await venue.fetchOHLCV(symbol, timeframe, sinceMs, pageLength));
    },
    tells: (kind) => venue.has[kind === 'trades' ? 'watchTrades' : 'watchOHLCV'] === true,
    listen: (instrument, kind, signal) => listen({ venue, instrument, kind, signal, log }),
    restartStreams: () => void streams.restart(),
    close: streams.close,
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
}

function similar(symbol: string, known: readonly string[]): string {
  const [base = ''] = symbol.split('/');
  const others = known.filter((each) => each.startsWith(`${base}/`)).slice(0, 5);
  return others.length === 0 ? '' : `; it has ${others.join(', ')}`;
}
