import { timeframeMs } from '@heliograph/contracts';
import type { ConfiguredStrategy, Feed, FeedOverrides, Speed } from '@heliograph/signal-engine';
import { z } from 'zod';
import { readOptions, type Invocation } from '../invocation.ts';

const StrategyOptions = z.object({
  strategy: z.string(),
  param: z.array(z.string()).default([]),
});

export async function readStrategy(invocation: Invocation): Promise<ConfiguredStrategy> {
  const { strategy, param } = readOptions(invocation, StrategyOptions);
  const { loadStrategy } = await import('@heliograph/signal-engine');
  return loadStrategy(strategy, param);
}

/** What a candle file's name does not tell; checked where the files are opened. */
const InstrumentOptions = z.object({
  symbol: z.string().exactOptional(),
  timeframe: z.string().exactOptional(),
  venue: z.string().exactOptional(),
  resample: z.string().exactOptional(),
});

export function feedOverrides(invocation: Invocation): FeedOverrides {
  return readOptions(invocation, InstrumentOptions);
}

export const SpeedText = z
  .string()
  .refine((text) => text === 'max' || Number(text) > 0, 'expected a number above 0, or max')
  .transform((text): Speed => (text === 'max' ? text : Number(text)));

/** The flags of a feed that is played over the bus. */
export const feedOptions = {
  feed: z.array(z.string()).optional(),
  speed: SpeedText.optional(),
  pace: z
    .enum(['settled', 'none'])
    .transform((pace): 'settled' | 'free' => (pace === 'none' ? 'free' : pace)),
};

const watchableCandlesPerSecond = 20;

/** A speed at which a person can follow what happens, as a multiple of event time. */
export function watchableSpeed({ instruments }: Feed): Speed {
  const spans = instruments.map(({ timeframe }) => timeframeMs(timeframe));
  return (Math.min(...spans) / 1000) * watchableCandlesPerSecond;
}
