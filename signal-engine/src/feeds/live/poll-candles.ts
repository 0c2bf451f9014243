import { setTimeout as sleep } from 'node:timers/promises';
import { timeframeMs, toTime, type Candle } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import type { Instrument } from '../feed.ts';
import { whyImpossible } from './possible-candle.ts';

/** Where candles of one venue are asked for. */
export interface CandleSource {
  /**
   * The candles that have opened at or after `sinceMs`, oldest first, at most some hundred; the last may not be closed.
   * @throws whatever goes wrong; it is asked again
   */
  candles(instrument: Instrument, sinceMs: number): Promise<readonly Candle[]>;
  /** The venue's clock, epoch ms. */
  nowMs(): number;
  /** How long the venue wants to be left alone. */
  quietMs(): number;
}

/** A venue writes its candle a moment after it has closed. */
const settleMs = 300;
const askAgainMs = 1_000;
const shortestPauseMs = 1_000;
const longestPauseMs = 60_000;
/** After so many timeframes without a candle something is wrong. */
const staleAfter = 3;

/**
 * The closed candles of an instrument from `afterMs` on, for ever. A request that fails is made again after pauses that
 * grow; what was missed meanwhile is asked for as it is, so that nothing is left out. Gaps, silence and candles that cannot be are
 * reported, once each.
 */
export async function* pollCandles({
  source,
  instrument,
  afterMs,
  signal,
  log,
}: {
  source: CandleSource;
  instrument: Instrument;
  /** The first candle that is wanted closes after it; epoch ms. */
  afterMs: number;
  signal: AbortSignal;
  log: Logger;
}): AsyncGenerator<Candle> {
  const spanMs = timeframeMs(instrument.timeframe);
  const about = { symbol: instrument.symbol, timeframe: instrument.timeframe };
  let nextOpenMs = Math.floor(afterMs / spanMs) * spanMs;
  let failures = 0;
  let isStale = false;

  const wait = (ms: number): Promise<void> =>
    sleep(Math.max(ms, 0), undefined, { signal }).catch(() => undefined);
  const ask = async (): Promise<readonly Candle[] | undefined> => {
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

  while (!signal.aborted) {
    const found = await ask();
    if (signal.aborted) return;
    if (!found) {
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures - 1, 10));
      await wait(Math.max(pauseMs, source.quietMs()));
      continue;
    }
    const closed = found.filter(
      ({ openTime, closeTime }) => openTime >= nextOpenMs && closeTime <= source.nowMs(),
    );
    for (const candle of closed) {
      // The venue may repeat itself.
      if (candle.openTime < nextOpenMs) continue;
      const why = whyImpossible(candle);
      if (candle.openTime > nextOpenMs)
        log.warn(
          { ...about, from: toTime(nextOpenMs), to: toTime(candle.openTime) },
          'the venue has no candles for a while',
        );
      nextOpenMs = candle.openTime + spanMs;
      if (why === undefined) yield candle;
      else
        log.error(
          { ...about, candle: toTime(candle.openTime), why },
          'a candle cannot be: it is left out',
        );
    }
    if (closed.length > 0) {
      if (isStale) log.info(about, 'candles close again');
      isStale = false;
    }
    const overdueMs = source.nowMs() - (nextOpenMs + spanMs);
    if (overdueMs > staleAfter * spanMs && closed.length === 0 && !isStale) {
      isStale = true;
      log.error({ ...about, last: toTime(nextOpenMs) }, 'no candle has closed for a while');
    }
    // More may have closed than come at once.
    if (closed.length > 1 && overdueMs > 0) continue;
    await wait(overdueMs < 0 ? settleMs - overdueMs : Math.min(askAgainMs, spanMs));
  }
}
