import { type DisturbanceKind, type Candle, timeframeMs, toTime } from '@heliograph/contracts';
import type { Instrument } from '../feed.ts';
import { whyImpossible } from './possible-candle.ts';

/** What is wrong with a market, or right again. */
export interface Trouble {
  readonly kind: DisturbanceKind;
  readonly severity: 'info' | 'warning' | 'error';
  /** Nothing where it is about this machine. */
  readonly instrument?: Instrument;
  /** By the clock of the market, epoch ms. */
  readonly timeMs: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly detail: string;
}

/**
 * `take`: a candle as it should be. `careful`: the first one behind a hole, which opens no position. `drop`: none that
 * anybody may trade on.
 */
type Verdict = 'take' | 'careful' | 'drop';

/** Looks after the candles of a live market, each instrument for itself. Holds no clock. */
export interface MarketWatch {
  judge(candle: Candle, nowMs: number): { verdict: Verdict; troubles: readonly Trouble[] };
  /** To be asked now and then; `monotonicMs` is a clock that does not jump. */
  check(nowMs: number, monotonicMs: number): readonly Trouble[];
}

/** After so many timeframes without a candle, a minute at least, something is wrong. */
const silentAfter = 3;
const shortestSilenceMs = 60_000;
/** Clocks differ by seconds; a candle that closes later than so is of a time that has not come. */
export const aheadMs = 30_000;
const jumpMs = 5_000;

interface Watched {
  /** Of the last candle that was taken; at first the time from which on candles are expected. */
  lastMs: number;
  /** When it came, by the wall clock. */
  cameMs: number;
  begun: boolean;
  silent: boolean;
  /** The kind that was told last of what is left out: what goes on is told once. */
  told: DisturbanceKind | undefined;
}

/** `startMs`: from when on candles are expected. */
export function createMarketWatch(
  instruments: readonly Instrument[],
  startMs: number,
): MarketWatch {
  const watched = new Map(
    instruments.map((instrument): [string, Watched] => [
      keyOf(instrument),
      { lastMs: startMs, cameMs: startMs, begun: false, silent: false, told: undefined },
    ]),
  );
  let clock: { wallMs: number; monotonicMs: number } | undefined;

  return {
    judge(candle, nowMs) {
      const state = watched.get(keyOf(candle));
      if (!state) return { verdict: 'drop', troubles: [] };
      const leftOut = leaveOut(candle, state, nowMs);
      if (leftOut) {
        const isNews = leftOut !== 'repeated' && state.told !== leftOut.kind;
        if (leftOut !== 'repeated') state.told = leftOut.kind;
        return { verdict: 'drop', troubles: isNews ? [leftOut] : [] };
      }
      const troubles: Trouble[] = [];
      const hole = state.begun && candle.openTime > state.lastMs;
      if (state.silent) troubles.push(back(candle));
      if (hole) troubles.push(gap(candle, state.lastMs));
      watched.set(keyOf(candle), {
        lastMs: candle.closeTime,
        cameMs: nowMs,
        begun: true,
        silent: false,
        told: undefined,
      });
      return { verdict: hole ? 'careful' : 'take', troubles };
    },
    check(nowMs, monotonicMs) {
      const troubles: Trouble[] = [];
      const before = clock;
      clock = { wallMs: nowMs, monotonicMs };
      if (before) {
        const movedMs = nowMs - before.wallMs - (monotonicMs - before.monotonicMs);
        if (Math.abs(movedMs) > jumpMs) troubles.push(jump(movedMs, nowMs));
      }
      for (const instrument of instruments) {
        const state = watched.get(keyOf(instrument));
        if (!state || state.silent) continue;
        const spanMs = timeframeMs(instrument.timeframe);
        // What is caught up with is old, and comes all the same.
        const sinceMs = Math.max(state.lastMs + spanMs, state.cameMs);
        if (nowMs <= sinceMs + Math.max(silentAfter * spanMs, shortestSilenceMs)) continue;
        state.silent = true;
        troubles.push(silence(instrument, state.lastMs));
      }
      return troubles;
    },
  };
}

function leaveOut(candle: Candle, state: Watched, nowMs: number): Trouble | 'repeated' | undefined {
  const about = { instrument: instrumentOf(candle), timeMs: candle.closeTime };
  const why = whyImpossible(candle) ?? whyNoSpan(candle);
  if (why !== undefined)
    return { ...about, kind: 'BAD_CANDLE', severity: 'error', detail: `${named(candle)}: ${why}` };
  if (candle.closeTime > nowMs + aheadMs)
    return {
      ...about,
      kind: 'FUTURE_DATA',
      severity: 'error',
      timeMs: nowMs,
      detail: `${named(candle)} closes ${candle.closeTime - nowMs} ms from now`,
    };
  if (!state.begun || candle.openTime >= state.lastMs) return undefined;
  if (candle.closeTime === state.lastMs) return 'repeated';
  return {
    ...about,
    kind: 'LATE_DATA',
    severity: 'warning',
    detail: `${named(candle)} comes behind one that closed at ${toTime(state.lastMs)}`,
  };
}

function whyNoSpan({ openTime, closeTime, timeframe }: Candle): string | undefined {
  return closeTime - openTime === timeframeMs(timeframe)
    ? undefined
    : `from its open to its close it is ${closeTime - openTime} ms, and not ${timeframe}`;
}

function gap(candle: Candle, lastMs: number): Trouble {
  const missing = Math.round((candle.openTime - lastMs) / timeframeMs(candle.timeframe));
  return {
    kind: 'MARKET_GAP',
    severity: 'warning',
    instrument: instrumentOf(candle),
    timeMs: candle.openTime,
    fromMs: lastMs,
    toMs: candle.openTime,
    detail: `${missing} ${missing === 1 ? 'candle is' : 'candles are'} missing`,
  };
}

function silence(instrument: Instrument, lastMs: number): Trouble {
  return {
    kind: 'MARKET_SILENT',
    severity: 'error',
    instrument,
    timeMs: lastMs,
    fromMs: lastMs,
    detail: `no candle of ${instrument.symbol} has closed since ${toTime(lastMs)}`,
  };
}

function back(candle: Candle): Trouble {
  return {
    kind: 'MARKET_BACK',
    severity: 'info',
    instrument: instrumentOf(candle),
    timeMs: candle.closeTime,
    detail: `${candle.symbol} is told again`,
  };
}

function jump(movedMs: number, nowMs: number): Trouble {
  const seconds = Math.round(Math.abs(movedMs) / 1000);
  return {
    kind: 'CLOCK_JUMP',
    severity: 'error',
    timeMs: nowMs,
    detail: `the clock has gone ${seconds} s ${movedMs > 0 ? 'forward' : 'back'} at once`,
  };
}

function named({ symbol, timeframe, openTime }: Candle): string {
  return `${symbol} ${timeframe} of ${toTime(openTime)}`;
}

function instrumentOf({ venue, symbol, timeframe }: Instrument): Instrument {
  return { venue, symbol, timeframe };
}

function keyOf({ venue, symbol, timeframe }: Instrument): string {
  return `${venue} ${symbol} ${timeframe}`;
}
