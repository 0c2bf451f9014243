import { setTimeout as sleep } from 'node:timers/promises';
import { timeframeMs, toTime, type Candle } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { openTimeAt } from '../../candles/span.ts';
import type { Instrument } from '../feed.ts';
import { closedOf } from './closed-candles.ts';
import type { Trouble } from './market-watch.ts';
import { whyImpossible } from './possible-candle.ts';
import type { ToldCandles } from './told-candles.ts';

/** Where candles of one venue are asked for. */
export interface CandleSource {
  /**
   * The candles that have opened at or after `sinceMs`, oldest first, at most some hundred; the last may not be closed.
   * @throws whatever goes wrong; it is asked again
   */
  candles(instrument: Instrument, sinceMs: number): Promise<readonly Candle[]>;
  /** The venue's clock, epoch ms. */
  nowMs(): number;
  /** Something says that it is wrong. */
  measureClock(): Promise<void>;
  /** How long the venue wants to be left alone. */
  quietMs(): number;
}

/** What a venue tells by itself, which is sooner there than what is asked for. */
export interface CandleStream {
  readonly told: ToldCandles;
  /** It is silent: it has to begin anew. */
  restart(): void;
}

/** A venue writes its candle a moment after it has closed. */
const settleMs = 300;
/** How long a stream that has told the candle before is waited for. */
const streamGraceMs = 1_200;
const askAgainMs = 1_000;
const shortestPauseMs = 1_000;
const longestPauseMs = 60_000;
const restartEveryMs = 30_000;
/** After so many timeframes without a candle something is wrong. */
const staleAfter = 3;

/**
 * The closed candles of an instrument from `afterMs` on, for ever: those that a stream tells, and whatever it does not tell in
 * time is asked for. So it is with all that was missed while something was away: nothing is left out. A stream that
 * misses a candle is not waited for until it tells one again. Requests that fail are made again after pauses that grow.
 * Gaps, silence and candles that cannot be are reported, once each.
 */
export async function* pollCandles({
  source,
  stream,
  instrument,
  afterMs,
  signal,
  log,
  report = ({ detail }) => log.error({ detail }, 'a candle cannot be: it is left out'),
}: {
  source: CandleSource;
  stream?: CandleStream | undefined;
  instrument: Instrument;
  /** The first candle that is wanted closes after it; epoch ms. */
  afterMs: number;
  signal: AbortSignal;
  log: Logger;
  /** Told of candles that are left out; default: the log is. */
  report?: (trouble: Trouble) => void;
}): AsyncGenerator<Candle> {
  const spanMs = timeframeMs(instrument.timeframe);
  const about = { symbol: instrument.symbol, timeframe: instrument.timeframe };
  let nextOpenMs = openTimeAt(afterMs, instrument.timeframe);
  let failures = 0;
  let isStale = false;
  let isStreaming = false;
  /** When a candle was last heard of, or asked for, by a clock that never jumps. */
  let heardMs = -Infinity;
  let restartedMs = performance.now();

  const wait = async (ms: number): Promise<void> => {
    const waking = new AbortController();
    const either = AbortSignal.any([signal, waking.signal]);
    const slept = sleep(Math.max(ms, 0), undefined, { signal: either }).catch(() => undefined);
    await Promise.race([slept, stream?.told.next(either) ?? slept]);
    waking.abort();
  };
  const ask = async (): Promise<readonly Candle[] | undefined> => {
    heardMs = performance.now();
    try {
      const found = await source.candles(instrument, nextOpenMs);
      if (failures > 0) log.info(about, 'candles come again');
      failures = 0;
      return found;
    } catch (err) {
      if (failures++ === 0) log.warn({ err, ...about }, 'candles cannot be had, trying again');
      return undefined;
    }
  };
  /** What the stream has told of the next candle. */
  const hear = (): Candle | undefined => {
    const candle = stream?.told.at(nextOpenMs);
    // Of what cannot be, the venue is asked once more.
    return candle && whyImpossible(candle) === undefined ? candle : undefined;
  };
  /** How long until the next candle is asked for. */
  const dueInMs = (): number => {
    const isTrusted = stream?.told.at(nextOpenMs - spanMs) !== undefined;
    const byClockMs =
      nextOpenMs + spanMs + settleMs + (isTrusted ? streamGraceMs : 0) - source.nowMs();
    // Whatever the venue's clock says, a candle is no longer than a candle.
    const byHeartMs = heardMs + spanMs + settleMs + streamGraceMs - performance.now();
    return Math.min(byClockMs, byHeartMs);
  };
  const blameStream = (): void => {
    if (!stream || stream.told.at(nextOpenMs - spanMs)) return;
    if (isStreaming) log.warn(about, 'the stream is silent: asking for candles instead');
    isStreaming = false;
    const sinceMs = performance.now() - restartedMs;
    if (sinceMs < Math.max(restartEveryMs, 2 * spanMs)) return;
    restartedMs = performance.now();
    stream.restart();
  };

  while (!signal.aborted) {
    const heard = hear();
    if (heard) {
      if (!isStreaming) log.info(about, 'candles come by the stream');
      isStreaming = true;
      isStale = false;
      heardMs = performance.now();
      nextOpenMs = heard.closeTime;
      yield heard;
      continue;
    }
    const dueMs = dueInMs();
    if (dueMs > 0) {
      await wait(dueMs);
      continue;
    }
    const before = { venueMs: source.nowMs(), localMs: Date.now() };
    const found = await ask();
    if (signal.aborted) return;
    if (!found) {
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures - 1, 10));
      await wait(Math.max(pauseMs, source.quietMs()));
      continue;
    }
    const { closed, hasFuture } = closedOf(found, { fromMs: nextOpenMs, ...before });
    if (hasFuture) await source.measureClock().catch(() => undefined);
    for (const candle of closed) {
      const why = whyImpossible(candle);
      if (candle.openTime > nextOpenMs)
        log.warn(
          { ...about, from: toTime(nextOpenMs), to: toTime(candle.openTime) },
          'the venue has no candles for a while',
        );
      nextOpenMs = candle.closeTime;
      if (why === undefined) yield candle;
      else
        report({
          kind: 'BAD_CANDLE',
          severity: 'error',
          instrument,
          timeMs: candle.closeTime,
          detail: `${instrument.symbol} of ${toTime(candle.openTime)}: ${why}`,
        });
    }
    if (closed.length > 0) {
      if (isStale) log.info(about, 'candles close again');
      isStale = false;
      if (closed.at(-1)?.volume !== 0) blameStream();
    }
    const overdueMs = source.nowMs() - (nextOpenMs + spanMs);
    if (overdueMs > staleAfter * spanMs && closed.length === 0 && !isStale) {
      isStale = true;
      log.error({ ...about, last: toTime(nextOpenMs) }, 'no candle has closed for a while');
    }
    // More may have closed than come at once.
    if (closed.length > 1 && overdueMs > 0) continue;
    if (overdueMs >= 0) await wait(Math.min(askAgainMs, spanMs));
  }
}
