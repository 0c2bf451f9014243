import { dayMs } from '../statistics/equity-history.ts';

/** From where to where nothing happened; epoch ms. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The ends of the days of UTC that lie within a span, in epoch ms. Those of weekends are left out unless something has ever
 * happened on one: `times` says when, in epoch ms.
 */
export function createIdleDays(times: readonly number[]): (span: Span) => Generator<number> {
  const tradesWeekends = times.some(isWeekend);
  return function* daysIn({ from, to }) {
    for (let end = (Math.floor(from / dayMs) + 1) * dayMs; end < to; end += dayMs)
      if (tradesWeekends || !isWeekend(end)) yield end;
  };
}

/** A moment at midnight belongs to the day before. */
function isWeekend(timeMs: number): boolean {
  return [0, 6].includes(new Date(timeMs - 1).getUTCDay());
}
