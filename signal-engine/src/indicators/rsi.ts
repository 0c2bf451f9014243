import { wilder } from './ema.ts';
import type { Indicator } from './indicator.ts';

/**
 * Relative strength index, 0..100: `100 * gains / (gains + losses)`, each by Wilder's average. J. W. Wilder, New Concepts in
 * Technical Trading Systems, 1978. 50 where nothing has moved.
 */
export function rsi(length: number): Indicator {
  const gains = wilder(length);
  const losses = wilder(length);
  let before: number | undefined;
  return {
    push(value) {
      const change = value - (before ?? value);
      const isFirst = before === undefined;
      before = value;
      if (isFirst) return undefined;
      const gain = gains.push(Math.max(change, 0));
      const loss = losses.push(Math.max(-change, 0));
      if (gain === undefined || loss === undefined) return undefined;
      return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
    },
  };
}
