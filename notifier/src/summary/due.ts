import { dateAfter, instantOf, localTime, weekdayOf } from '../local-time.ts';

/** When people want to be told what a day or a week has brought. */
export interface SummaryTimes {
  /** As `Europe/Berlin`. */
  readonly zone: string;
  readonly minuteOfDay: number;
  /** Of the weekly one; 0 is Monday. */
  readonly weekday: number;
}

export type SummaryKind = 'daily' | 'weekly';

/** A summary of what happened from one moment to another, epoch ms. */
export interface DueSummary {
  readonly kind: SummaryKind;
  /** The date on which it is due, which is its name. */
  readonly date: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const days: Readonly<Record<SummaryKind, number>> = { daily: 1, weekly: 7 };

/** The summary that was due last. */
export function lastDue(
  kind: SummaryKind,
  { zone, minuteOfDay, weekday }: SummaryTimes,
  nowMs: number,
): DueSummary {
  const now = localTime(nowMs, zone);
  const today = nowMs >= instantOf({ date: now.date, minuteOfDay }, zone) ? 0 : -1;
  const day = dateAfter(now.date, today);
  const date = kind === 'daily' ? day : dateAfter(day, -((weekdayOf(day) - weekday + 7) % 7));
  return {
    kind,
    date,
    fromMs: instantOf({ date: dateAfter(date, -days[kind]), minuteOfDay }, zone),
    toMs: instantOf({ date, minuteOfDay }, zone),
  };
}
