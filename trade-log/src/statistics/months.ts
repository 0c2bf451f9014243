import type { DayEnd } from './equity-history.ts';

/** What a month of UTC brought: its last valuation over that of the month before, or over the start cash, less 1. */
export interface MonthReturn {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly returnRatio: number;
}

/** The months with a valuation, in order; none that began with nothing. */
export function monthlyReturns(startCash: number, days: readonly DayEnd[]): MonthReturn[] {
  const months: { year: number; month: number; equity: number }[] = [];
  for (const { day, equity } of days) {
    const date = new Date(day);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    const last = months.at(-1);
    if (last?.year === year && last.month === month) last.equity = equity;
    else months.push({ year, month, equity });
  }
  return months.flatMap(({ year, month, equity }, at) => {
    const before = months[at - 1]?.equity ?? startCash;
    return before > 0 ? [{ year, month, returnRatio: equity / before - 1 }] : [];
  });
}
