import type { Candle } from '@heliograph/contracts';
import { aheadMs } from './market-watch.ts';

/** The closed candles that a stream has told of one instrument. */
export interface ToldCandles {
  /** The candle that opens then, if it was told. */
  at(openMs: number): Candle | undefined;
  /** Resolves when another one is told, or the signal is aborted. */
  next(signal: AbortSignal): Promise<void>;
}

/** Where a stream tells them. */
export interface CandleTape extends ToldCandles {
  /** What is of a time that has not come is passed over: kept, it would count once that time is there. */
  tell(candle: Candle): void;
}

/** Longer than anybody who listens is behind. */
const kept = 100;

export function createCandleTape(): CandleTape {
  const candles = new Map<number, Candle>();
  const listeners = new Set<() => void>();
  return {
    at: (openMs) => candles.get(openMs),
    next: (signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          listeners.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        if (signal.aborted) return resolve();
        listeners.add(done);
        signal.addEventListener('abort', done);
      }),
    tell(candle) {
      if (candle.closeTime > Date.now() + aheadMs) return;
      candles.set(candle.openTime, candle);
      const [oldest] = candles.keys();
      if (candles.size > kept && oldest !== undefined) candles.delete(oldest);
      for (const listener of listeners) listener();
    },
  };
}
