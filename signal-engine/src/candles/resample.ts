import { type Candle, type Timeframe, timeframeMs } from '@heliograph/contracts';
import type { Instant, Instrument } from '../feeds/feed.ts';
import { createCandleBuilder, type CandleBuilder } from './candle-builder.ts';
import { openTimeAt } from './span.ts';

/** Why candles of one length make none of another; undefined where they do. */
export function whyNotResampled(from: Timeframe, to: Timeframe): string | undefined {
  const [fromMs, toMs] = [timeframeMs(from), timeframeMs(to)];
  if (toMs < fromMs)
    return `candles of ${from} make none of ${to}: a part is not known from the whole`;
  return toMs % fromMs === 0 ? undefined : `${to} is no multiple of ${from}`;
}

/**
 * Instants of candles as instants of longer ones, each given as soon as its time has come. What the market leaves out is
 * left out of the longer candle too, as exchanges do it. A candle of which the data does not hold the beginning, or the end, is not made.
 */
export function createResampler(timeframe: Timeframe): (instant: Instant) => Instant[] {
  const builders = new Map<string, { builder: CandleBuilder; fromMs: number }>();

  const builderOf = (candle: Candle) => {
    const key = `${candle.venue} ${candle.symbol}`;
    const known = builders.get(key);
    if (known) return known;
    const { venue, symbol, openTime } = candle;
    const instrument: Instrument = { venue, symbol, timeframe };
    const beginsMs = openTimeAt(openTime, timeframe);
    const fromMs = beginsMs === openTime ? openTime : beginsMs + timeframeMs(timeframe);
    const made = { builder: createCandleBuilder(instrument), fromMs };
    builders.set(key, made);
    return made;
  };

  return (instant) => {
    for (const candle of instant.candles) {
      const { builder, fromMs } = builderOf(candle);
      if (candle.openTime >= fromMs) builder.add({ ...candle, timeMs: candle.openTime });
    }
    const closed = [...builders.values()].flatMap(({ builder }) => builder.advance(instant.time));
    const byTime = Map.groupBy(closed, ({ closeTime }) => closeTime);
    return [...byTime].toSorted(([a], [b]) => a - b).map(([time, candles]) => ({ time, candles }));
  };
}
