import type { Candle } from '@heliograph/contracts';
import { leastPrice, mostFigure } from '../describe-row.ts';

/** What is wrong with a candle that a venue has told, or undefined. */
export function whyImpossible({ open, high, low, close, volume }: Candle): string | undefined {
  const prices = { open, high, low, close };
  for (const [name, price] of Object.entries(prices))
    if (!(price >= leastPrice && price <= mostFigure)) return `its ${name} is ${price}`;
  if (!(volume >= 0 && volume <= mostFigure)) return `its volume is ${volume}`;
  if (high < low) return `its high ${high} is below its low ${low}`;
  for (const [name, price] of [
    ['open', open],
    ['close', close],
  ] as const)
    if (price > high || price < low) return `its ${name} ${price} is outside of ${low} to ${high}`;
  return undefined;
}
