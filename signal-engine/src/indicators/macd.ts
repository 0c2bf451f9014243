import { ema } from './ema.ts';
import type { Indicator } from './indicator.ts';

export interface Macd {
  readonly macd: number;
  readonly signal: number;
}

/**
 * Moving average convergence divergence: the fast exponential average minus the slow one, and the exponential average of that. As in
 * TA-Lib the fast one begins with the values that the slow one ends its first average with.
 */
export function macd({
  fast,
  slow,
  signal,
}: {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}): Indicator<number, Macd> {
  const fastEma = ema(fast);
  const slowEma = ema(slow);
  const signalEma = ema(signal);
  let count = 0;
  return {
    push(value) {
      count++;
      const slowNow = slowEma.push(value);
      const fastNow = count > slow - fast ? fastEma.push(value) : undefined;
      if (slowNow === undefined || fastNow === undefined) return undefined;
      const difference = fastNow - slowNow;
      const signalNow = signalEma.push(difference);
      return signalNow === undefined ? undefined : { macd: difference, signal: signalNow };
    },
  };
}
