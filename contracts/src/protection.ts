import { z } from 'zod';
import { Big, type Decimal, PositiveDecimal } from './units.ts';

/** As they stand in a signal. */
export const protectiveExits = {
  stopLoss: z
    .object({ price: PositiveDecimal })
    .describe('Leave when the price has fallen, of a short risen, to it.')
    .optional(),
  takeProfits: z
    .array(
      z.object({
        price: PositiveDecimal,
        ratio: z.number().positive().max(1).describe('Of the position, 0..1.'),
      }),
    )
    .max(16)
    .describe('Leave in parts where the profit is enough.')
    .optional(),
  trailingStop: z
    .object({
      distanceBps: z
        .number()
        .positive()
        .describe('How far it follows behind the best price, basis points.'),
    })
    .optional(),
  timeStopMs: z
    .int()
    .positive()
    .describe('Leave when the position has been held so long.')
    .optional(),
};

/** The exits that protect a position. */
export const Protection = z.object(protectiveExits);
export type Protection = z.infer<typeof Protection>;

interface Protected {
  targetPosition: 'long' | 'short' | 'flat';
  referencePrice: { price: Decimal };
  stopLoss?: { price: Decimal } | undefined;
  takeProfits?: { price: Decimal; ratio: number }[] | undefined;
  trailingStop?: unknown;
  timeStopMs?: unknown;
}

/** Only a position can be protected: by a stop behind the price, by profit targets before it. */
export function checkProtection(data: Protected, context: z.RefinementCtx): void {
  const { stopLoss, takeProfits = [], targetPosition } = data;
  const refuse = (path: PropertyKey[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  if (targetPosition === 'flat') {
    for (const field of ['stopLoss', 'takeProfits', 'trailingStop', 'timeStopMs'] as const)
      if (data[field] !== undefined)
        refuse([field], `a signal that leaves no position takes no ${field}`);
    return;
  }
  const behind = targetPosition === 'long' ? -1 : 1;
  const before = -behind;
  /** 1 above the reference price, -1 below it, 0 on it. */
  const place = (price: Decimal): number => new Big(price).cmp(data.referencePrice.price);
  if (stopLoss && place(stopLoss.price) !== behind)
    refuse(
      ['stopLoss', 'price'],
      `the stop of a ${targetPosition} position must lie ${aboveOrBelow(behind)} the reference price`,
    );
  for (const [index, { price }] of takeProfits.entries())
    if (place(price) !== before)
      refuse(
        ['takeProfits', index, 'price'],
        `the profit target of a ${targetPosition} position must lie ${aboveOrBelow(before)} the reference price`,
      );
  if (takeProfits.reduce((sum, { ratio }) => sum + ratio, 0) > 1 + 1e-9)
    refuse(['takeProfits'], 'the ratios of all profit targets must not exceed 1 together');
}

function aboveOrBelow(place: number): string {
  return place > 0 ? 'above' : 'below';
}
