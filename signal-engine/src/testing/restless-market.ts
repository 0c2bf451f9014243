import type { Candle } from '@heliograph/contracts';
import { smaCross } from '../strategies/sma-cross.ts';
import { candlesOf } from './feed-of.ts';

/** A strategy with a signal every few candles, none of which hangs on what was more than some ten candles ago. */
export const restless = smaCross.configure({ fast: 2, slow: 5 });

/** Closes without ties, the same for everybody. */
export function restlessCandles(count: number): Candle[] {
  let state = 12_345;
  return candlesOf(
    Array.from({ length: count }, (_, at) => {
      state = (state * 48_271) % 2_147_483_647;
      return 1_000 + at / 1_000 + (state % 99_991) / 1_000;
    }),
  );
}
