import { type Timeframe, timeframeMs } from '@heliograph/contracts';

/** The epoch began on a Thursday; weeks begin on Mondays. */
const firstMondayMs = 4 * 86_400_000;

/** When the candle opens that a moment belongs to: spans are counted from the epoch in UTC, weeks from a Monday. */
export function openTimeAt(timeMs: number, timeframe: Timeframe): number {
  const spanMs = timeframeMs(timeframe);
  const shiftMs = timeframe.endsWith('w') ? firstMondayMs : 0;
  return Math.floor((timeMs - shiftMs) / spanMs) * spanMs + shiftMs;
}
