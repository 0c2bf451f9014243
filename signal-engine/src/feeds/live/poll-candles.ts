import { setTimeout as sleep } from 'node:timers/promises';
import { timeframeMs, toTime, type Candle } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { openTimeAt } from '../../candles/span.ts';
import type { Instrument } from '../feed.ts';
import { closedOf } from './closed-candles.ts';
import { aheadMs, type Trouble } from './market-watch.ts';
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
/** An answer may be wrong once; what cannot be is asked for so often before it is left out. */
const impossibleTries = 3;
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
  let isAhead = false;
  /** The candle that cannot be, and how often it was told. */
  let doubtful = { openMs: -Infinity, times: 0 };
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
  /** Of a time that has not come: taken, it would leave nothing to tell until then. It is asked for again. */
  const hasCome = (candle: Candle): boolean => {
    const leadMs = candle.closeTime - Date.now();
    const was = isAhead;
    isAhead = leadMs > aheadMs;
    if (isAhead && !was)
      report({
        kind: 'FUTURE_DATA',
        severity: 'error',
        instrument,
        timeMs: Date.now(),
        detail: `${instrument.symbol} ${instrument.timeframe} of ${toTime(candle.openTime)} closes ${leadMs} ms from now`,
      });
    return !isAhead;
  };
  const isAskedAgain = ({ openTime: openMs }: Candle): boolean => {
    doubtful = { openMs, times: doubtful.openMs === openMs ? doubtful.times + 1 : 1 };
    return doubtful.times < impossibleTries;
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
    const come: Candle[] = [];
    for (const candle of closed) {
      const why = whyImpossible(candle);
      if (!hasCome(candle) || (why !== undefined && isAskedAgain(candle))) break;
      come.push(candle);
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
    if (come.length > 0) {
      if (isStale) log.info(about, 'candles close again');
      isStale = false;
      if (come.at(-1)?.volume !== 0) blameStream();
    }
    const overdueMs = source.nowMs() - (nextOpenMs + spanMs);
    if (overdueMs > staleAfter * spanMs && closed.length === 0 && !isStale) {
      isStale = true;
      log.error({ ...about, last: toTime(nextOpenMs) }, 'no candle has closed for a while');
    }
    // More may have closed than come at once.
    if (come.length > 1 && come.length === closed.length && overdueMs > 0) continue;
    if (overdueMs >= 0) await wait(Math.min(askAgainMs, spanMs));
  }
}
