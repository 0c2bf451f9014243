import { z } from 'zod';
import { ema } from '../indicators/ema.ts';
import { createCrossing } from './crossing.ts';
import { defineStrategy } from './define-strategy.ts';
import { enterLong, exitLong, exitParams } from './exit-params.ts';

const Length = z.int().min(1).max(100_000);

/** Long while the fast exponential average of the closes is above the slow one. */
export const emaCross = defineStrategy({
  name: 'ema-cross',
  version: '1.0.0',
  params: z
    .object({ fast: Length.default(12), slow: Length.default(26), ...exitParams })
    .refine(({ fast, slow }) => fast < slow, {
      error: 'has to be smaller than slow',
      path: ['fast'],
    }),
  create({ fast, slow, ...exits }) {
    const fastEma = ema(fast);
    const slowEma = ema(slow);
    const cross = createCrossing();
    return {
      onCandle({ close }) {
        const [emaFast, emaSlow] = [fastEma.push(close), slowEma.push(close)];
        if (emaFast === undefined || emaSlow === undefined) return undefined;
        const crossed = cross(emaFast - emaSlow);
        if (crossed === 0) return undefined;
        const indicators = { emaFast, emaSlow };
        return crossed > 0
          ? enterLong(close, exits, {
              reasons: [`EMA ${fast} crossed above EMA ${slow}`],
              indicators,
            })
          : exitLong({ reasons: [`EMA ${fast} crossed below EMA ${slow}`], indicators });
      },
    };
  },
});
