import { z } from 'zod';
import { rsi } from '../indicators/rsi.ts';
import { createCrossing } from './crossing.ts';
import { defineStrategy } from './define-strategy.ts';
import { enterLong, exitLong, exitParams } from './exit-params.ts';

const Level = z.number().min(0).max(100);

/** Buys when the relative strength index comes back up through `low`, and sells when it comes back down through `high`. */
export const rsiReversion = defineStrategy({
  name: 'rsi-reversion',
  version: '1.0.0',
  params: z
    .object({
      length: z.int().min(1).max(100_000).default(14),
      low: Level.default(30),
      high: Level.default(70),
      ...exitParams,
    })
    .refine(({ low, high }) => low < high, { error: 'has to be smaller than high', path: ['low'] }),
  create({ length, low, high, ...exits }) {
    const index = rsi(length);
    const crossLow = createCrossing();
    const crossHigh = createCrossing();
    return {
      onCandle({ close }) {
        const value = index.push(close);
        if (value === undefined) return undefined;
        const [atLow, atHigh] = [crossLow(value - low), crossHigh(value - high)];
        const indicators = { rsi: value };
        if (atLow > 0)
          return enterLong(close, exits, {
            reasons: [`RSI ${length} is above ${low} again`],
            indicators,
          });
        return atHigh < 0
          ? exitLong({ reasons: [`RSI ${length} is below ${high} again`], indicators })
          : undefined;
      },
    };
  },
});
