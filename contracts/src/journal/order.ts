import { z } from 'zod';
import { PositiveDecimal } from '../units.ts';

export const OrderSize = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('base'), quantity: PositiveDecimal }),
    z.object({
      kind: z.literal('quote'),
      notional: PositiveDecimal,
      includesFee: z.boolean().describe('Whether the notional pays the fee too.'),
    }),
  ])
  .describe(
    "An amount to trade: base units, or quote currency that is turned into base units at the fill's price.",
  );
export type OrderSize = z.infer<typeof OrderSize>;

export const OrderId = z
  .string()
  .regex(/^[A-Za-z0-9]{1,32}$/, 'expected an order id of 1 to 32 letters and digits')
  .brand<'OrderId'>()
  .meta({
    id: 'OrderId',
    description: 'The client order id at the venue, which follows from portfolio and signal.',
  });
export type OrderId = z.infer<typeof OrderId>;

export const OrderType = z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']);
export type OrderType = z.infer<typeof OrderType>;

export const OrderRole = z.enum([
  'entry',
  'exit',
  'stop_loss',
  'take_profit',
  'trailing_stop',
  'time_stop',
  'unprotected',
  'unwanted',
]);
export type OrderRole = z.infer<typeof OrderRole>;
