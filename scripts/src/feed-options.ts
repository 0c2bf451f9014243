import { timeframeMs } from '@heliograph/contracts';
import type { Feed, Speed } from '@heliograph/signal-engine';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const strategyOptions = {
  strategy: z.string(),
  param: z.array(z.string()).default([]),
};

/** What a candle file's name does not tell; checked where the files are opened. */
export const instrumentOptions = {
  symbol: z.string().exactOptional(),
  timeframe: z.string().exactOptional(),
  venue: z.string().exactOptional(),
};

const demoCandles = fileURLToPath(
  new URL('../../data/BTC_USD-30m-bitstamp-2014.csv.gz', import.meta.url),
);

export const feedOptions = {
  feed: z.array(z.string()).default([demoCandles]),
  speed: z
    .string()
    .refine((text) => text === 'max' || Number(text) > 0, 'expected a number above 0, or max')
    .transform((text): Speed => (text === 'max' ? text : Number(text)))
    .optional(),
  pace: z.enum(['settled', 'none']).transform((pace) => (pace === 'none' ? 'free' : pace)),
};

const watchableCandlesPerSecond = 20;

/** A speed at which a person can follow what happens, as a multiple of event time. */
export function watchableSpeed({ instruments }: Feed): Speed {
  const spans = instruments.map(({ timeframe }) => timeframeMs(timeframe));
  return (Math.min(...spans) / 1000) * watchableCandlesPerSecond;
}
