import { type Candle, type Timeframe, deterministicId, UserError } from '@heliograph/contracts';
import { createResampler, whyNotResampled } from '../candles/resample.ts';
import type { Feed, Instant, Instrument } from './feed.ts';
import { mergeCandles } from './merge-candles.ts';

/** What a feed holds from its beginning to its end. */
export interface FeedContents {
  readonly candles: number;
  /** The first open and the last close, epoch ms. */
  readonly firstTime: number;
  readonly lastTime: number;
  /** How often a candle does not open when the one before it of the same instrument closed. */
  readonly gaps: number;
}

/** A feed that has an end. */
export interface RecordedFeed extends Feed {
  /** Reads it to its end, so that a broken one is refused before anything is done with it. */
  inspect(): Promise<FeedContents>;
}

/** Candles of one instrument, their times rising. */
export interface CandleSource {
  /** For people. */
  readonly name: string;
  readonly instrument: Instrument;
  read(): AsyncIterable<readonly Candle[]>;
}

/**
 * Sources by venue and symbol: in whichever order files are named, candles that close together come in the same one, and with
 * them the signals that compete for the same limits.
 */
export function inOrder<S extends { readonly instrument: Instrument }>(sources: readonly S[]): S[] {
  const key = ({ instrument }: S): string => `${instrument.venue} ${instrument.symbol}`;
  return sources.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}

/**
 * Of sources that are `inOrder`.
 * @throws UserError where two are the same symbol
 */
export function createRecordedFeed(
  sources: readonly CandleSource[],
  identity: string,
): RecordedFeed {
  refuseRepeatedSymbols(sources);
  const chunks = () => mergeCandles(sources.map((source) => source.read()));
  return {
    identity,
    instruments: sources.map(({ instrument }) => instrument),
    chunks,
    async inspect() {
      const tally = createContentsTally();
      for (const source of sources)
        for await (const block of source.read()) for (const candle of block) tally.add(candle);
      return tally.contents();
    },
  };
}

/**
 * The same market in longer candles.
 * @throws UserError with exit code 2 where it cannot be told in them
 */
export function resampleFeed(feed: RecordedFeed, timeframe: Timeframe): RecordedFeed {
  for (const { symbol, timeframe: from } of feed.instruments) {
    const why = whyNotResampled(from, timeframe);
    if (why !== undefined)
      throw new UserError(`--resample ${timeframe}: ${symbol}: ${why}`, { exitCode: 2 });
  }
  async function* chunks(): AsyncGenerator<readonly Instant[]> {
    const resample = createResampler(timeframe);
    for await (const chunk of feed.chunks()) {
      const instants = chunk.flatMap(resample);
      if (instants.length > 0) yield instants;
    }
  }
  return {
    identity: deterministicId('resampled', feed.identity, timeframe),
    instruments: feed.instruments.map((instrument) => ({ ...instrument, timeframe })),
    chunks,
    async inspect() {
      const tally = createContentsTally();
      for await (const chunk of chunks())
        for (const { candles } of chunk) for (const candle of candles) tally.add(candle);
      return tally.contents();
    },
  };
}

function createContentsTally() {
  let candles = 0;
  let firstTime = Infinity;
  let lastTime = -Infinity;
  let gaps = 0;
  const expected = new Map<string, number>();
  return {
    add({ venue, symbol, openTime, closeTime }: Candle): void {
      const key = `${venue} ${symbol}`;
      candles++;
      if (openTime !== (expected.get(key) ?? openTime)) gaps++;
      expected.set(key, closeTime);
      firstTime = Math.min(firstTime, openTime);
      lastTime = Math.max(lastTime, closeTime);
    },
    contents: (): FeedContents => ({ candles, firstTime, lastTime, gaps }),
  };
}

function refuseRepeatedSymbols(sources: readonly CandleSource[]): void {
  const names = new Map<string, string>();
  for (const { name, instrument } of sources) {
    const symbol = `${instrument.symbol} of ${instrument.venue}`;
    const other = names.get(symbol);
    if (other !== undefined)
      throw new UserError(
        `${other} and ${name} are both ${symbol}: give one file for each symbol`,
        { exitCode: 2 },
      );
    names.set(symbol, name);
  }
}
