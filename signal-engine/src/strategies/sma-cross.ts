import { z } from 'zod';
import { createCrossing } from './crossing.ts';
import { defineStrategy } from './define-strategy.ts';
import { enterLong, exitLong, exitParams } from './exit-params.ts';
import { createSmaDifference } from './sma-difference.ts';

const Length = z.int().min(1).max(100_000);

/**
 * Long while the fast average of the closes is above the slow one. A tie keeps the sign before it, so a cross through a
 * tie counts once; the first comparison only sets the sign.
 */
export const smaCross = defineStrategy({
  name: 'sma-cross',
  version: '1.0.0',
  params: z
    .object({ fast: Length.default(10), slow: Length.default(30), ...exitParams })
    .refine(({ fast, slow }) => fast < slow, {
      error: 'has to be smaller than slow',
      path: ['fast'],
    }),
  create({ fast, slow, ...exits }) {
    const difference = createSmaDifference(fast, slow);
    const cross = createCrossing();
    return {
      onCandle({ close }) {
        const crossed = cross(difference.push(close) ?? 0);
        if (crossed === 0) return undefined;
        const averages = difference.averages();
        const indicators = { smaFast: averages.fast, smaSlow: averages.slow };
        return crossed > 0
          ? enterLong(close, exits, {
              reasons: [`SMA ${fast} crossed above SMA ${slow}`],
              indicators,
            })
          : exitLong({ reasons: [`SMA ${fast} crossed below SMA ${slow}`], indicators });
      },
    };
  },
});
