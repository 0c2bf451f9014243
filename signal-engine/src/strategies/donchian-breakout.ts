import { z } from 'zod';
import { highest, lowest } from '../indicators/extreme.ts';
import { defineStrategy } from './define-strategy.ts';
import { enterLong, exitLong, exitParams } from './exit-params.ts';

const Length = z.int().min(1).max(100_000);

/** Buys a close above the highest high of the candles before it, and sells one below the lowest low of fewer. */
export const donchianBreakout = defineStrategy({
  name: 'donchian-breakout',
  version: '1.0.0',
  params: z.object({ entry: Length.default(20), exit: Length.default(10), ...exitParams }),
  create({ entry, exit, ...exits }) {
    const highs = highest(entry);
    const lows = lowest(exit);
    /** Of the candles before the one that is looked at. */
    let channel: { high: number | undefined; low: number | undefined } = {
      high: undefined,
      low: undefined,
    };
    let side: 'above' | 'below' | undefined;
    return {
      onCandle({ high, low, close }) {
        const before = channel;
        channel = { high: highs.push(high), low: lows.push(low) };
        if (before.high !== undefined && close > before.high) {
          if (side === 'above') return undefined;
          side = 'above';
          return enterLong(close, exits, {
            reasons: [`the close is above the high of ${entry} candles`],
            indicators: { channelHigh: before.high },
          });
        }
        if (before.low !== undefined && close < before.low) {
          if (side !== 'above') return undefined;
          side = 'below';
          return exitLong({
            reasons: [`the close is below the low of ${exit} candles`],
            indicators: { channelLow: before.low },
          });
        }
        return undefined;
      },
    };
  },
});
