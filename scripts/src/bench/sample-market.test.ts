import { candleEvent, CandleClosed } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { simulatedCandles } from './sample-market.ts';

test('simulated candles are valid, follow each other, and are the same for the same seed', () => {
  const candles = simulatedCandles(500, { seed: 7 });
  for (const [index, candle] of candles.entries()) {
    const event = candleEvent(candle, { tape: 'live', source: 'test', recordedMs: 0 });
    expect(CandleClosed.safeParse(event).error).toBeUndefined();
    expect(candle.openTime).toBe(candles[index - 1]?.closeTime ?? candle.openTime);
  }
  expect(simulatedCandles(500, { seed: 7 })).toEqual(candles);
  expect(simulatedCandles(500, { seed: 8 })).not.toEqual(candles);
});
