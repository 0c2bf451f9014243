import { z } from 'zod';
import { TapeId } from './candle.ts';
import { envelope } from './envelope.ts';
import { checkProtection, protectiveExits } from './protection.ts';
import { Name, PositiveDecimal, SymbolName, Time, Timeframe, toMs, Venue } from './units.ts';

export const Mode = z.enum(['live', 'paper', 'backtest']).meta({
  id: 'Mode',
  description:
    '`live` money, `paper` money, or a `backtest`. An executor refuses a mode that is not its own.',
});
export type Mode = z.infer<typeof Mode>;

export const Side = z.enum(['buy', 'sell']);
export type Side = z.infer<typeof Side>;

export const Intent = z.enum(['enter', 'exit', 'increase', 'reduce', 'reverse', 'cancel']);
export type Intent = z.infer<typeof Intent>;

const Ratio = z.number().min(0).max(1);

export const SignalSize = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('quote'), value: PositiveDecimal.describe('Quote currency.') }),
  z.object({ kind: z.literal('base'), value: PositiveDecimal.describe('Base units.') }),
  z.object({ kind: z.literal('equityRatio'), value: Ratio.describe('Of equity, 0..1.') }),
  z.object({
    kind: z.literal('riskRatio'),
    value: Ratio.describe('Of equity, 0..1: what the stop may lose.'),
  }),
]);

/** `PO` is post only: never as a taker. */
export const TimeInForce = z.enum(['GTC', 'IOC', 'FOK', 'GTD', 'PO']);
export type TimeInForce = z.infer<typeof TimeInForce>;

const entryTerms = {
  maxSlippageBps: z
    .number()
    .nonnegative()
    .describe('How much worse than the reference price it may be filled, basis points.')
    .optional(),
  timeInForce: TimeInForce.describe('How long the order works; `PO` is post only.').optional(),
};

const SignalEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('market'), ...entryTerms }),
  z.object({
    type: z.literal('limit'),
    limitPrice: PositiveDecimal.describe('To be filled at it or better.'),
    ...entryTerms,
  }),
  z.object({
    type: z.literal('stop'),
    stopPrice: PositiveDecimal.describe('Where the order is triggered.'),
    limitPrice: PositiveDecimal.describe('Makes it a stop-limit order.').optional(),
    ...entryTerms,
  }),
]);

/** Why somebody wants to trade, for people. */
export const Reasons = z.array(z.string().max(256)).max(16);

const TradeSignalData = z
  .object({
    strategy: Name,
    strategyVersion: z.string().min(1).max(64),
    configHash: z.string().min(1).max(64).describe('Of the parameters of the strategy.'),
    runId: Name.describe('The run of the engine that made it.'),
    mode: Mode,
    portfolio: Name.describe('The only portfolio that may trade it. Default: any.').optional(),
    venue: Venue,
    symbol: SymbolName,
    timeframe: Timeframe,
    intent: Intent,
    side: Side,
    targetPosition: z
      .enum(['long', 'short', 'flat'])
      .describe(
        'The position that the strategy wants to hold afterwards: it makes a repeat harmless.',
      ),
    referencePrice: z
      .object({
        price: PositiveDecimal,
        kind: z.enum(['close', 'last', 'bid', 'ask', 'mid', 'mark']),
        time: Time,
      })
      .describe('The price that the decision saw.'),
    tape: z
      .object({
        id: TapeId,
        sequence: z
          .int()
          .positive()
          .describe('The sequence in the MARKET stream of the candle that triggered it.')
          .optional(),
      })
      .describe('The tape it was decided on. Default: live.')
      .optional(),
    entry: SignalEntry.describe('How to get in. Default: a market order.').optional(),
    ...protectiveExits,
    size: SignalSize.describe('A suggestion: risk owns the final size.').optional(),
    strength: z
      .number()
      .min(-1)
      .max(1)
      .describe('For ranking, -1 (strongly down) to 1 (strongly up).')
      .optional(),
    confidence: Ratio.describe('How sure the strategy is, 0..1.').optional(),
    horizonMs: z.int().positive().describe('How long the forecast is good for.').optional(),
    reasons: Reasons.describe('Why, for people.').optional(),
    writeOff: z
      .boolean()
      .describe(
        'Of an `exit` that a person asks for: nothing is sold. What the venue was found to lack is taken out of the books at `referencePrice`. Default: false.',
      )
      .optional(),
    indicators: z
      .record(z.string().max(64), z.number())
      .describe('What the strategy computed, by name.')
      .optional(),
    market: z
      .object({
        bid: PositiveDecimal.optional(),
        ask: PositiveDecimal.optional(),
        dataAgeMs: z.number().nonnegative().optional(),
      })
      .describe('The market when it was decided.')
      .optional(),
  })
  .superRefine(checkDirection)
  .superRefine(checkWriteOff)
  .superRefine(checkProtection);

export const TradeSignal = envelope('trade_signal', TradeSignalData)
  .extend({
    expirytime: Time.describe('Execution must not act on it at or after this time.'),
    sequence: z
      .int()
      .positive()
      .describe(
        'Counts the signals that one run (data.runId) has made for a strategy, from 1. Those of a recording have no gaps; of a live market some may be missing: another engine was first with them, or nobody knows whether they were stored. For people: nothing is decided by it.',
      ),
  })
  .refine((signal) => toMs(signal.expirytime) > toMs(signal.time), {
    error: 'expirytime must be after time',
    path: ['expirytime'],
  })
  .describe(
    "A strategy's wish to trade. `subject` is the symbol, `time` the close that triggered it.",
  );
export type TradeSignal = z.infer<typeof TradeSignal>;

interface Direction {
  intent: Intent;
  side: Side;
  targetPosition: 'long' | 'short' | 'flat';
}

/** Intent, side and target must tell one story. */
function checkDirection(data: Direction, context: z.RefinementCtx): void {
  const { intent, side, targetPosition } = data;
  const toward = side === 'buy' ? 'long' : 'short';
  const from = side === 'buy' ? 'short' : 'long';
  const allowed: Record<Intent, readonly string[]> = {
    enter: [toward],
    increase: [toward],
    reverse: [toward],
    exit: ['flat'],
    reduce: [from],
    cancel: ['long', 'short', 'flat'],
  };
  if (!allowed[intent].includes(targetPosition))
    context.addIssue({
      code: 'custom',
      path: ['targetPosition'],
      message: `${intent} with side ${side} must aim at ${allowed[intent].join(' or ')}, not ${targetPosition}`,
    });
}

function checkWriteOff(
  { intent, writeOff = false }: { intent: Intent; writeOff?: boolean | undefined },
  context: z.RefinementCtx,
): void {
  if (writeOff && intent !== 'exit')
    context.addIssue({
      code: 'custom',
      path: ['writeOff'],
      message: `what is written off is left: the intent must be exit, not ${intent}`,
    });
}
