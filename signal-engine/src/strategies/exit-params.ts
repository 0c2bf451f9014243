import { exactly, toDecimal, type Big } from '@heliograph/contracts';
import { z } from 'zod';
import type { StrategyIntent } from './define-strategy.ts';

/** How a position is left without a signal: parameters that every built-in strategy takes. Basis points of the close. */
export const exitParams = {
  stopBps: z.number().positive().max(9_000).optional(),
  targetBps: z.number().positive().max(100_000).optional(),
  trailBps: z.number().positive().max(9_000).optional(),
};

interface Exits {
  readonly stopBps?: number | undefined;
  readonly targetBps?: number | undefined;
  readonly trailBps?: number | undefined;
}

const significantDigits = 10;

/** A long entry at a close, with the exits that are asked for. */
export function enterLong(
  close: number,
  { stopBps, targetBps, trailBps }: Exits,
  why: Pick<StrategyIntent, 'reasons' | 'indicators'>,
): StrategyIntent {
  const away = (bps: number): string =>
    toDecimal(
      rounded(
        exactly(close)
          .times(exactly(10_000 + bps))
          .div('10000'),
      ),
    );
  return {
    intent: 'enter',
    side: 'buy',
    targetPosition: 'long',
    ...(stopBps !== undefined && { stopLoss: { price: away(-stopBps) } }),
    ...(targetBps !== undefined && { takeProfits: [{ price: away(targetBps), ratio: 1 }] }),
    ...(trailBps !== undefined && { trailingStop: { distanceBps: trailBps } }),
    ...why,
  };
}

export function exitLong(why: Pick<StrategyIntent, 'reasons' | 'indicators'>): StrategyIntent {
  return { intent: 'exit', side: 'sell', targetPosition: 'flat', ...why };
}

function rounded(price: Big): Big {
  return price.round(Math.max(0, significantDigits - 1 - price.e));
}
