import { timeframeMs, toTime } from '@heliograph/contracts';
import { candleHeader } from '../feeds/candle-rows.ts';
import { columnCount, parseColumns } from '../feeds/candle-columns.ts';
import { earliestTime, latestTime } from '../feeds/describe-row.ts';
import type { Instrument } from '../feeds/feed.ts';
import { whyImpossible } from '../feeds/live/possible-candle.ts';
import { createSeenTimes } from './seen-times.ts';

/** What may be wrong with a candle file. */
export const findingKinds = [
  'header',
  'unreadable',
  'impossible',
  'duplicate',
  'disorder',
  'gap',
  'timeframe',
  'future',
  'jump',
] as const;
type FindingKind = (typeof findingKinds)[number];

interface Finding {
  readonly kind: FindingKind;
  /** Counted from 1; none for what is not there. */
  readonly line?: number;
  readonly text: string;
}

export interface CandleCheck {
  readonly candles: number;
  /** The first open and the last close, epoch ms; undefined without a candle. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** How many candles are missing in all gaps. */
  readonly missing: number;
  /** Candles in which nothing was traded: no mistake, but good to know. */
  readonly withoutVolume: number;
  readonly counts: Readonly<Record<FindingKind, number>>;
  /** The first so many of each kind. */
  readonly findings: readonly Finding[];
}

export interface CheckLimits {
  /** How far a close may be from the one before; a ratio. */
  readonly maxJumpRatio: number;
  /** How many findings of each kind are told. */
  readonly limit: number;
  readonly nowMs: number;
  readonly ignored: readonly FindingKind[];
}

export interface CandleChecker {
  readonly lines: number;
  line(text: string): void;
  end(): CandleCheck;
}

/** Looks at the lines of a candle file one after the other. None of them stops it. */
export function createCandleCheck(
  instrument: Instrument,
  { maxJumpRatio, limit, nowMs, ignored }: CheckLimits,
): CandleChecker {
  const spanMs = timeframeMs(instrument.timeframe);
  const seen = createSeenTimes(spanMs);
  const steps = new Map<number, number>();
  const counts: Record<FindingKind, number> = {
    header: 0,
    unreadable: 0,
    impossible: 0,
    duplicate: 0,
    disorder: 0,
    gap: 0,
    timeframe: 0,
    future: 0,
    jump: 0,
  };
  const findings: Finding[] = [];
  let lines = 0;
  let candles = 0;
  let withoutVolume = 0;
  let latest: { time: number; close: number } | undefined;

  const find = (kind: FindingKind, text: string, line?: number): void => {
    if (ignored.includes(kind)) return;
    counts[kind]++;
    if (counts[kind] <= limit) findings.push({ kind, ...(line !== undefined && { line }), text });
  };

  const look = (text: string): void => {
    const values = parseColumns(text);
    const [time = NaN, open = NaN, high = NaN, low = NaN, close = NaN, volume = NaN] = values;
    if (values.length !== columnCount || !isTime(time))
      return find('unreadable', `${JSON.stringify(text.slice(0, 80))} is no candle`, lines);
    candles++;
    if (volume === 0) withoutVolume++;
    const closeTime = time + spanMs;
    const why = whyImpossible({
      ...instrument,
      openTime: time,
      closeTime,
      open,
      high,
      low,
      close,
      volume,
    });
    if (why !== undefined) find('impossible', `${toTime(time)}: ${why}`, lines);
    if (time > nowMs) return find('future', `${toTime(time)} is still to come`, lines);
    place(time);
    if (latest && time > latest.time) {
      const stepMs = time - latest.time;
      steps.set(stepMs, (steps.get(stepMs) ?? 0) + 1);
      const change = close / latest.close - 1;
      if (why === undefined && Math.abs(change) > maxJumpRatio)
        find(
          'jump',
          `${toTime(time)}: from ${latest.close} to ${close}, ${(change * 100).toFixed(1)}%`,
          lines,
        );
    }
    if (why === undefined && (!latest || time > latest.time)) latest = { time, close };
  };

  /** Its place in time: once, behind all others, a whole candle from them. */
  const place = (time: number): void => {
    const how = seen.add(time);
    if (how === 'again') find('duplicate', `${toTime(time)} is there already`, lines);
    else if (latest && time < latest.time)
      find('disorder', `${toTime(time)} comes after ${toTime(latest.time)}`, lines);
    if (how === 'between')
      find(
        'timeframe',
        `${toTime(time)} is no ${instrument.timeframe} from the candle beside it`,
        lines,
      );
  };

  /** How far most are from each other, where that is not the timeframe. */
  const usualStep = (): number | undefined => {
    const all = [...steps.values()].reduce((sum, times) => sum + times, 0);
    const [usual] = [...steps].find(([, times]) => times > 1 && times * 2 > all) ?? [];
    return usual === spanMs ? undefined : usual;
  };

  return {
    get lines() {
      return lines;
    },
    line(text) {
      lines++;
      if (lines > 1) return text === '' ? undefined : look(text);
      const header = text.replace(/^\uFEFF/, '');
      if (header === candleHeader) return;
      find('header', `found ${JSON.stringify(text.slice(0, 80))}, expected ${candleHeader}`, 1);
      if (/^\d/.test(header)) look(header);
    },
    end() {
      const otherMs = usualStep();
      if (otherMs !== undefined) {
        // Each of them would be told otherwise, and it is one mistake.
        const others = findings.filter(({ kind }) => kind !== 'timeframe');
        findings.splice(0, findings.length, ...others);
        counts.timeframe = 0;
        const hint =
          otherMs * 1_000 === spanMs
            ? ': timestamps in seconds? They have to be in milliseconds'
            : '';
        find(
          'timeframe',
          `most candles are ${otherMs} ms apart, and not ${instrument.timeframe}${hint}`,
        );
      }
      let missing = 0;
      if (otherMs === undefined)
        for (const gap of seen.gaps()) {
          missing += gap.candles;
          find('gap', `${toTime(gap.from)} to ${toTime(gap.to)}: ${gap.candles} missing`);
        }
      const { first, last } = seen;
      const to = last === undefined ? undefined : last + spanMs;
      return { candles, from: first, to, missing, withoutVolume, counts, findings };
    },
  };
}

function isTime(time: number): boolean {
  return Number.isInteger(time) && time >= earliestTime && time <= latestTime;
}
