import { z } from 'zod';
import { NonNegativeDecimal, PositiveDecimal } from './units.ts';

export const Stake = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('quote'), value: PositiveDecimal }),
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('base'), value: PositiveDecimal }),
  ])
  .describe(
    'What one entry buys: quote currency, everything there is (fee included), or base units.',
  );
export type Stake = z.infer<typeof Stake>;

export const RiskLimits = z
  .object({
    maxPositions: z
      .int()
      .positive()
      .describe('How many symbols may be held, or be on their way to be held, at once.')
      .optional(),
  })
  .describe('Limits that hold over all workers of a portfolio. A limit that is absent is off.');
export type RiskLimits = z.infer<typeof RiskLimits>;

export const PortfolioSettings = z
  .object({
    cash: PositiveDecimal.describe('Quote currency at the start.'),
    stake: Stake,
    feeBps: NonNegativeDecimal.describe('Basis points of the notional, per side.'),
    slippageBps: NonNegativeDecimal.describe('Basis points of the price, against the order.'),
    lotSize: PositiveDecimal.describe('Quantities are multiples of it, rounded down.'),
    tickSize: PositiveDecimal.describe(
      'Prices are multiples of it, rounded against the order. Absent: they are taken as they are.',
    ).optional(),
    risk: RiskLimits,
  })
  .describe('Everything that decides for a portfolio beside its signals and its tape.');
export type PortfolioSettings = z.infer<typeof PortfolioSettings>;
