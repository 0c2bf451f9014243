import { z } from 'zod';
import { NonNegativeDecimal, PositiveDecimal, SymbolName } from './units.ts';

const Ratio = z.number().positive().max(1);

export const Stake = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('quote'), value: PositiveDecimal.describe('Quote currency.') }),
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('base'), value: PositiveDecimal.describe('Base units.') }),
    z.object({ kind: z.literal('equityRatio'), value: Ratio.describe('Of equity, 0..1.') }),
    z.object({
      kind: z.literal('riskRatio'),
      value: Ratio.describe('Of equity, 0..1: what is lost when the stop is hit, fees included.'),
    }),
  ])
  .describe(
    'What one entry buys: quote currency, everything there is (fee included), base units, a part of equity, or as much as loses a part of equity at its stop.',
  );
export type Stake = z.infer<typeof Stake>;

const Percentage = z.number().positive();
const Span = z.int().positive();

export const RiskLimits = z
  .object({
    maxPositions: z
      .int()
      .positive()
      .describe('How many symbols may be held, or be on their way to be held, at once.')
      .optional(),
    symbols: z.array(SymbolName).min(1).describe('The only symbols that are traded.').optional(),
    maxOrderNotional: PositiveDecimal.describe(
      'How much one entry may be worth, quote currency.',
    ).optional(),
    maxSymbolExposureRatio: Percentage.describe(
      'How much one symbol may be worth, open entries included, as a ratio of equity.',
    ).optional(),
    maxExposureRatio: Percentage.describe(
      'How much all positions and open entries may be worth together, as a ratio of equity: the leverage that is used.',
    ).optional(),
    priceCollarBps: Percentage.describe(
      'How far the last price, and the price of the order itself, may be from the reference price, basis points.',
    ).optional(),
    maxSpreadBps: Percentage.describe(
      'How far bid and ask may be apart, basis points of the middle.',
    ).optional(),
    maxDataAgeMs: Span.describe(
      'How much older than one timeframe of the signal the last price may be, and how old the signal may say that its own data was.',
    ).optional(),
    maxOrdersPerMinute: z
      .int()
      .positive()
      .describe('How many entries may be intended in any minute; more trip the breaker.')
      .optional(),
    cooldownMs: Span.describe('How long a symbol rests after a loss, ms.').optional(),
    maxLosingStreak: z
      .int()
      .positive()
      .describe('So many losing trades in a row trip the breaker.')
      .optional(),
    maxDailyLossRatio: Ratio.describe(
      'How far equity may fall below its value at the start of the trading day, as a ratio of that value; more trips the breaker.',
    ).optional(),
    maxDrawdownRatio: Ratio.describe(
      'How far equity may fall below its highest value, as a ratio of that value; more trips the breaker.',
    ).optional(),
    maxClockSkewMs: Span.describe(
      "How far the signal's clock, or the venue's, may be from ours, ms.",
    ).optional(),
  })
  .describe('Limits that hold over all workers of a portfolio. A limit that is absent is off.');
export type RiskLimits = z.infer<typeof RiskLimits>;

export const InstrumentRules = z
  .object({
    tickSize: PositiveDecimal.describe('Prices are multiples of it.').optional(),
    lotSize: PositiveDecimal.describe('Quantities are multiples of it.').optional(),
    minQuantity: PositiveDecimal.describe('Base units.').optional(),
    maxQuantity: PositiveDecimal.describe('Base units.').optional(),
    minNotional: PositiveDecimal.describe('Quote currency.').optional(),
  })
  .describe('The rules of an instrument. A rule that is absent does not exist.');
export type InstrumentRules = z.infer<typeof InstrumentRules>;

export const Slippage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('spread'),
    spreadBps: NonNegativeDecimal.describe(
      'Bid and ask lie half of it below and above the price of the tape.',
    ),
  }),
  z.object({
    kind: z.literal('volumeShare'),
    impactBps: NonNegativeDecimal.describe(
      "What an order of a candle's whole volume moves the price; a smaller one moves it by the square of its share.",
    ),
  }),
]);
export type Slippage = z.infer<typeof Slippage>;

export const PaperModel = z
  .object({
    tape: z
      .enum(['candles', 'trades'])
      .describe('What the paper exchange fills from. Default: candles.')
      .optional(),
    makerFeeBps: NonNegativeDecimal.describe(
      'Basis points of the notional where the order was waiting in the book. Default: `feeBps`.',
    ).optional(),
    slippage: Slippage.describe('On top of `slippageBps`.').optional(),
    latencyMs: z
      .int()
      .nonnegative()
      .describe('How long an order is on its way to the exchange, ms. Default: 0.')
      .optional(),
    maxVolumeRatio: Ratio.describe(
      "How much of a candle's or a trade's volume one order may take; what is left waits. Default: no limit.",
    ).optional(),
  })
  .describe('How the paper exchange deals with orders.');
export type PaperModel = z.infer<typeof PaperModel>;

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
    instruments: z
      .record(SymbolName, InstrumentRules)
      .describe('Rules of single symbols, in place of `lotSize` and `tickSize`.')
      .optional(),
    shorting: z
      .boolean()
      .describe('Whether short positions may be held. Default: false.')
      .optional(),
    leverage: z
      .number()
      .min(1)
      .max(125)
      .describe(
        'How many times its equity, at cost, the portfolio may hold in positions at the venue. Default: 1.',
      )
      .optional(),
    signalSize: z
      .boolean()
      .describe(
        'Whether the size that a signal suggests is taken instead of the stake. Default: false.',
      )
      .optional(),
    exitGraceMs: z
      .int()
      .nonnegative()
      .describe(
        'How long after its expiry an exit is still acted on, ms: leaving late is safer than staying. Default: 0.',
      )
      .optional(),
    shadow: z
      .boolean()
      .describe(
        'Whether it also takes what is meant for live trading, and trades that on paper: beside a live portfolio it shows what other settings would have made of the same signals. Default: false.',
      )
      .optional(),
    dayStart: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day in UTC, such as 00:00')
      .describe('When the trading day begins, UTC. Default: 00:00.')
      .optional(),
    paper: PaperModel.optional(),
  })
  .describe('Everything that decides for a portfolio beside its signals and its tape.');
export type PortfolioSettings = z.infer<typeof PortfolioSettings>;
