import { z } from 'zod';
import { macd } from '../indicators/macd.ts';
import { createCrossing } from './crossing.ts';
import { defineStrategy } from './define-strategy.ts';
import { enterLong, exitLong, exitParams } from './exit-params.ts';

const Length = z.int().min(1).max(100_000);

/** Long while the MACD is above its signal line. */
export const macdCross = defineStrategy({
  name: 'macd',
  version: '1.0.0',
  params: z
    .object({
      fast: Length.default(12),
      slow: Length.default(26),
      signal: Length.default(9),
      ...exitParams,
    })
    .refine(({ fast, slow }) => fast < slow, {
      error: 'has to be smaller than slow',
      path: ['fast'],
    }),
  create({ fast, slow, signal, ...exits }) {
    const lines = macd({ fast, slow, signal });
    const cross = createCrossing();
    return {
      onCandle({ close }) {
        const now = lines.push(close);
        if (!now) return undefined;
        const crossed = cross(now.macd - now.signal);
        if (crossed === 0) return undefined;
        const indicators = { ...now };
        return crossed > 0
          ? enterLong(close, exits, { reasons: ['MACD crossed above its signal'], indicators })
          : exitLong({ reasons: ['MACD crossed below its signal'], indicators });
      },
    };
  },
});
