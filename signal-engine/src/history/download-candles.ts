import { timeframeMs, toTime, UserError, type Candle } from '@heliograph/contracts';
import type { Instrument } from '../feeds/feed.ts';
import type { CcxtVenue } from '../feeds/live/ccxt-venue.ts';
import { whyImpossible } from '../feeds/live/possible-candle.ts';
import { askVenue, patient, type Patience } from './ask-venue.ts';
import { openCandleStore } from './candle-store.ts';
import { fillCandles } from './fill-candles.ts';

/** A time for which the venue has no candles, from the first that is missing to the next that is there; epoch ms. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly candles: number;
}

/** A history that is on disk. */
export interface Downloaded {
  readonly file: string;
  readonly instrument: Instrument;
  readonly candles: number;
  /** How many of them have come now. */
  readonly downloaded: number;
  /** What was asked for; the venue may have less. */
  readonly asked: { readonly from: number; readonly to: number };
  /** The first open and the last close, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly gaps: readonly Gap[];
  /** Candles of the venue that cannot be: they were left out. */
  readonly impossible: readonly { readonly time: number; readonly why: string }[];
}

export interface DownloadOptions {
  readonly venue: Pick<CcxtVenue, 'candles' | 'nowMs' | 'quietMs' | 'pageLength'>;
  readonly instrument: Instrument;
  readonly file: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { atMs: number; candles: number }) => void;
  readonly onPause: (why: string, ms: number) => void;
  readonly patience?: Patience;
}

/**
 * Brings the candles of an instrument into a file. A file that is there is kept and made whole: what is missing before, behind
 * and within it is asked for. Whatever ends it, what has come is there for the next run.
 * @throws UserError with exit code 1 when the venue does not answer or has nothing
 */
export async function downloadCandles(options: DownloadOptions): Promise<Downloaded> {
  const { venue, instrument, file, signal, onProgress, onPause, patience = patient } = options;
  const spanMs = timeframeMs(instrument.timeframe);
  const fromMs = Math.ceil(options.fromMs / spanMs) * spanMs;
  const toMs = Math.min(options.toMs, venue.nowMs(), Date.now());
  const gaps: Gap[] = [];
  const impossible: { time: number; why: string }[] = [];
  let candles = 0;
  let downloaded = 0;
  let first: Candle | undefined;
  let last: Candle | undefined;

  await using store = await openCandleStore(file, instrument);
  const filled = fillCandles({
    instrument,
    existing: store.existing(),
    fromMs,
    toMs,
    pageLength: venue.pageLength,
    ask: (sinceMs) => askVenue({ source: venue, instrument, sinceMs, patience, signal, onPause }),
  });
  for await (const { candles: found, isNew } of filled) {
    signal.throwIfAborted();
    const possible = found.filter((candle) => {
      const why = whyImpossible(candle);
      if (why !== undefined) impossible.push({ time: candle.openTime, why });
      return why === undefined;
    });
    for (const candle of possible) {
      if (last && candle.openTime - last.closeTime >= spanMs)
        gaps.push(gapOf(last.closeTime, candle.openTime));
      first ??= candle;
      last = candle;
    }
    await store.append(possible);
    candles += possible.length;
    if (isNew) downloaded += possible.length;
    if (last) onProgress({ atMs: last.closeTime, candles });
  }
  if (!first || !last)
    throw new UserError(
      `${instrument.venue} has no candles of ${instrument.symbol} from ${toTime(options.fromMs)} to ${toTime(options.toMs)}: ask for another time`,
      { exitCode: 1 },
    );
  await store.finish();
  const [from, to] = [first.openTime, last.closeTime];
  const asked = { from: fromMs, to: toMs };
  return { file, instrument, asked, candles, downloaded, from, to, gaps, impossible };

  function gapOf(from: number, to: number): Gap {
    return { from, to, candles: Math.round((to - from) / spanMs) };
  }
}
