import type { Candle } from '@heliograph/contracts';

/** Finds the candles that have closed in what a stream tells of candles while they grow. */
export interface StreamedRows {
  /** Candles as they stand; gives those that will not change any more: the next one has begun, on the same connection. */
  onCandles(candles: readonly Candle[]): Candle[];
  /** The connection has broken: what has begun may have gone on unseen. */
  onBreak(): void;
}

export function createStreamedRows(): StreamedRows {
  let growing: Candle | undefined;
  return {
    onBreak: () => void (growing = undefined),
    onCandles(candles) {
      const done: Candle[] = [];
      for (const candle of candles) {
        if (growing && candle.openTime > growing.openTime) done.push(growing);
        if (!growing || candle.openTime >= growing.openTime) growing = candle;
      }
      return done;
    },
  };
}
