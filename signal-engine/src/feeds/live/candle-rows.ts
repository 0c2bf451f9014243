import { timeframeMs, type Candle } from '@heliograph/contracts';
import { z } from 'zod';
import type { Instrument } from '../feed.ts';

/** What a venue leaves out is no number, and no candle can be made of it. */
const Value = z
  .number()
  .nullish()
  .transform((value) => value ?? Number.NaN);
const Rows = z.array(z.tuple([z.number(), Value, Value, Value, Value, Value]));

/**
 * Candles as ccxt tells them, oldest first.
 * @throws where they are none
 */
export function candlesOf(instrument: Instrument, rows: unknown): Candle[] {
  const spanMs = timeframeMs(instrument.timeframe);
  return Rows.parse(rows)
    .map(([openTime, open, high, low, close, volume]) => ({
      ...instrument,
      openTime,
      closeTime: openTime + spanMs,
      open,
      high,
      low,
      close,
      volume,
    }))
    .toSorted((a, b) => a.openTime - b.openTime);
}
