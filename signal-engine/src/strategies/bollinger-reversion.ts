import { z } from 'zod';
import { bollinger } from '../indicators/bollinger.ts';
import { createCrossing } from './crossing.ts';
import { defineStrategy } from './define-strategy.ts';
import { enterLong, exitLong, exitParams } from './exit-params.ts';

/** Buys when the close falls below the lower band, and sells when it is back at the average. */
export const bollingerReversion = defineStrategy({
  name: 'bollinger',
  version: '1.0.0',
  params: z.object({
    length: z.int().min(2).max(10_000).default(20),
    width: z.number().positive().max(100).default(2),
    ...exitParams,
  }),
  create({ length, width, ...exits }) {
    const bands = bollinger(length, width);
    const crossLower = createCrossing();
    const crossMiddle = createCrossing();
    return {
      onCandle({ close }) {
        const now = bands.push(close);
        if (!now) return undefined;
        const [atLower, atMiddle] = [
          crossLower(close - now.lower),
          crossMiddle(close - now.middle),
        ];
        const indicators = { ...now };
        if (atLower < 0)
          return enterLong(close, exits, {
            reasons: [`the close is below the lower band of ${length}`],
            indicators,
          });
        return atMiddle > 0
          ? exitLong({ reasons: [`the close is above the average of ${length}`], indicators })
          : undefined;
      },
    };
  },
});
