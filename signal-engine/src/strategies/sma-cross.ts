import { z } from 'zod';
import { defineStrategy } from './define-strategy.ts';
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
    .object({ fast: Length.default(10), slow: Length.default(30) })
    .refine(({ fast, slow }) => fast < slow, {
      error: 'has to be smaller than slow',
      path: ['fast'],
    }),
  create({ fast, slow }) {
    const difference = createSmaDifference(fast, slow);
    let carriedSign = 0;
    return {
      onCandle({ close }) {
        const sign = difference.push(close) || carriedSign;
        const crossed = carriedSign !== 0 && sign !== carriedSign;
        carriedSign = sign;
        if (!crossed) return undefined;
        const averages = difference.averages();
        const indicators = { smaFast: averages.fast, smaSlow: averages.slow };
        return sign > 0
          ? {
              intent: 'enter',
              side: 'buy',
              targetPosition: 'long',
              reasons: [`SMA ${fast} crossed above SMA ${slow}`],
              indicators,
            }
          : {
              intent: 'exit',
              side: 'sell',
              targetPosition: 'flat',
              reasons: [`SMA ${fast} crossed below SMA ${slow}`],
              indicators,
            };
      },
    };
  },
});
