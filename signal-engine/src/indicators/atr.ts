import { wilder } from './ema.ts';
import type { Indicator, Range } from './indicator.ts';

/** Average true range by Wilder's average, from the second candle on, as TA-Lib does. */
export function atr(length: number): Indicator<Range> {
  const average = wilder(length);
  let before: number | undefined;
  return {
    push({ high, low, close }) {
      const last = before;
      before = close;
      if (last === undefined) return undefined;
      return average.push(Math.max(high - low, Math.abs(high - last), Math.abs(low - last)));
    },
  };
}
