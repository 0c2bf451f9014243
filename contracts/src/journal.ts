import { z } from 'zod';
import { TapeId } from './candle.ts';
import { envelope } from './envelope.ts';
import { IncidentKind } from './incidents.ts';
import { InstrumentRules, PortfolioSettings } from './portfolio-settings.ts';
import { ReasonCode } from './reason-codes.ts';
import { Intent, Mode, Protection, Reasons, Side, TimeInForce } from './signal.ts';
import {
  Decimal,
  EventId,
  Name,
  NonNegativeDecimal,
  PositiveDecimal,
  SymbolName,
  Time,
  Venue,
} from './units.ts';

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

const Detail = z.string().max(512).describe('The reason in figures, for people.');

const Currency = z.string().regex(/^[A-Z0-9]{1,20}$/, 'expected a currency such as USDT');

/** Where the deciding worker stood on the tape. */
const marketSequence = z
  .int()
  .nonnegative()
  .describe('The last message of MARKET that the decision knew; absent where there is no bus.')
  .optional();

/** An event of a journal counts the events before it, so that a gap is seen. */
function journalEvent<T extends string, D extends z.ZodType>(type: T, data: D) {
  return envelope(type, data).extend({
    sequence: z
      .int()
      .positive()
      .describe('Counts the events of the journal without gaps, from 1.')
      .optional(),
  });
}

export const PortfolioOpened = journalEvent(
  'portfolio_opened',
  z.object({
    portfolio: Name,
    mode: Mode,
    tape: TapeId,
    currency: Currency.describe('The quote currency of all its symbols.'),
    settings: PortfolioSettings,
    decisionsVersion: z
      .int()
      .positive()
      .describe('Of the rules by which it is decided. Default: 1.')
      .optional(),
    marketSequence,
  }),
).describe('The first event of a portfolio.');

export const PortfolioReconfigured = journalEvent(
  'portfolio_reconfigured',
  z.object({
    settings: PortfolioSettings,
    decisionsVersion: z.int().positive().describe('Of the rules by which it is decided.'),
    author: z.string().min(1).max(128).describe('The person or the worker that changed it.'),
  }),
).describe(
  'Other settings, or newer rules of deciding, from here on. Workers that have others stop trading the portfolio.',
);

const signalFacts = {
  signalId: EventId,
  strategy: Name,
  venue: Venue,
  symbol: SymbolName,
  intent: Intent,
  side: Side,
  signalTime: Time.describe("When the signal was made; absent: at the decision's time.").optional(),
};

export const SignalSkipped = journalEvent(
  'signal_skipped',
  z.object({
    ...signalFacts,
    reason: ReasonCode,
    detail: Detail,
    marketSequence,
  }),
).describe('A signal was decided and is not traded.');

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

export const OrderIntended = journalEvent(
  'order_intended',
  z.object({
    ...signalFacts,
    orderId: OrderId,
    orderType: OrderType,
    size: OrderSize,
    limitPrice: PositiveDecimal.describe(
      'Of a limit and a stop-limit order: to be filled at it or better.',
    ).optional(),
    stopPrice: PositiveDecimal.describe(
      'Where a stop order is triggered, and where a trailing stop stands at first.',
    ).optional(),
    trailingBps: z
      .number()
      .positive()
      .describe('How far a trailing stop follows behind the best price, basis points.')
      .optional(),
    timeInForce: TimeInForce.describe('How long it works. Default: GTC.').optional(),
    role: OrderRole.describe(
      'What it does for the position: `entry` gets in, `exit` gets out by a signal, `unprotected` gets out because protection was lost, `unwanted` because what an exit had taken back was filled all the same, the others protect it. Default: what the intent says.',
    ).optional(),
    protection: Protection.describe(
      'What shall protect the position that this entry opens.',
    ).optional(),
    protects: OrderId.describe('Of a protective order: the entry that it protects.').optional(),
    attempt: z
      .int()
      .positive()
      .describe(
        'Which order for the same purpose it is: more than 1 where the ones before never reached the venue, or were lost. Default: 1.',
      )
      .optional(),
    reduceOnly: z.boolean().describe('The order may only make a position smaller.'),
    expiryTime: Time.describe('Not to be sent at or after it.'),
    referencePrice: PositiveDecimal.describe('The price that the signal saw.'),
    reasons: Reasons.describe('Why the strategy wants it, for people.'),
    marketSequence,
  }),
).describe(
  "An order is about to be sent: written before anything is. `time` is the decision's, by the clock of the tape.",
);

const orderFacts = { orderId: OrderId, venue: Venue, symbol: SymbolName, side: Side };

export const OrderAccepted = journalEvent(
  'order_accepted',
  z.object({ ...orderFacts, venueOrderId: z.string() }),
).describe('The venue has taken the order.');

export const OrderFilled = journalEvent(
  'order_filled',
  z.object({
    ...orderFacts,
    fillId: z.string().describe("The venue's."),
    quantity: PositiveDecimal,
    price: PositiveDecimal,
    fee: NonNegativeDecimal.describe('Quote currency.'),
    liquidity: z.enum(['maker', 'taker']),
    filledQuantity: PositiveDecimal.describe('Of the whole order, this fill included.'),
    complete: z.boolean().describe('Nothing more will be filled.'),
    slippageBps: z
      .number()
      .describe('Against the reference price, basis points, positive when worse.'),
    marketSequence: marketSequence.describe(
      'The message of MARKET that filled it; absent where the venue says no more than that it is filled.',
    ),
  }),
).describe("One fill, partial or the last. `time` is the fill's own.");

export const OrderRejected = journalEvent(
  'order_rejected',
  z.object({ ...orderFacts, reason: ReasonCode, detail: Detail }),
).describe('The order was refused, or could not be sent.');

export const OrderCancelled = journalEvent(
  'order_cancelled',
  z.object({
    ...orderFacts,
    reason: ReasonCode,
    detail: Detail,
    filledQuantity: NonNegativeDecimal.describe('What had been filled before.'),
  }),
).describe('The order has ended without being filled whole.');

export const OrderUnknown = journalEvent(
  'order_unknown',
  z.object({ ...orderFacts, detail: Detail }),
).describe("The venue's answer is missing: neither success nor failure.");

export const OrderCancelIntended = journalEvent(
  'order_cancel_intended',
  z.object({
    ...orderFacts,
    reason: ReasonCode,
    detail: Detail,
    signalId: EventId.describe('The signal that wants it, if one does.').optional(),
    leave: z
      .boolean()
      .describe('What is filled all the same is to be left at once. Default: false.')
      .optional(),
  }),
).describe('An order is about to be taken back: written before the venue is asked.');

export const OrderTriggered = journalEvent(
  'order_triggered',
  z.object({
    ...orderFacts,
    price: PositiveDecimal.describe('The price of the tape that triggered it.'),
  }),
).describe(
  'The price has reached an order that execution holds itself: it is about to be sent as a market order.',
);

export const OrderAdopted = journalEvent(
  'order_adopted',
  z.object({
    ...orderFacts,
    venueOrderId: z.string().describe("The venue's id of it."),
    orderType: z.string().describe("The venue's word for it."),
    quantity: PositiveDecimal.describe('Base units.'),
    filledQuantity: NonNegativeDecimal.describe('What has been filled of it so far, base units.'),
    limitPrice: PositiveDecimal.optional(),
    reduceOnly: z.boolean().describe('The order may only make a position smaller.'),
  }),
).describe(
  'The venue has an open order that is not from here. It is watched and counted, never cancelled.',
);

export const PositionChanged = journalEvent(
  'position_changed',
  z.object({
    venue: Venue,
    symbol: SymbolName,
    side: z.enum(['long', 'short', 'flat']),
    quantity: NonNegativeDecimal,
    averageEntryPrice: NonNegativeDecimal.describe(
      'Quote per base unit, fees not included; 0 when flat.',
    ),
    realisedPnl: Decimal.describe('Of this position since it was opened, fees taken off.'),
    cash: Decimal.describe('Quote currency.'),
    orderId: OrderId.describe('The order that was filled.'),
  }),
).describe('The position and the cash after a fill.');

export const TradeClosed = journalEvent(
  'trade_closed',
  z.object({
    tradeId: EventId,
    strategy: Name,
    venue: Venue,
    symbol: SymbolName,
    side: z.enum(['long', 'short']),
    quantity: PositiveDecimal,
    entryTime: Time,
    entryPrice: PositiveDecimal,
    exitTime: Time,
    exitPrice: PositiveDecimal,
    fees: NonNegativeDecimal.describe('Of entries and exits, quote currency.'),
    pnl: Decimal.describe('Fees taken off, quote currency.'),
    returnRatio: z.number().describe('`pnl` over what the entries cost.'),
    exitReason: z
      .string()
      .describe('`signal`, or the role of the order that closed it, such as `stop_loss`.'),
    entrySignalId: EventId,
    exitSignalId: EventId,
  }),
).describe('A position came back to flat.');

export const TradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED']);
export type TradingState = z.infer<typeof TradingState>;

export const TradingStateChanged = journalEvent(
  'trading_state_changed',
  z.object({
    from: TradingState,
    to: TradingState,
    reason: z.string(),
    author: z.string().describe('The person who changed it, or `breaker`.'),
    revision: z
      .int()
      .nonnegative()
      .describe('Of the entry in the bucket `trading-state`, where the change came from there.')
      .optional(),
    marketSequence,
  }),
).describe('What may be traded at all has changed.');

export const ReconciliationReported = journalEvent(
  'reconciliation_reported',
  z.object({
    checked: z.int().nonnegative().describe('How many orders were compared.'),
    differences: z.array(
      z.object({
        orderId: z.string().describe('Empty where the difference is not about an order.'),
        found: z.string().describe('What the venue says otherwise, for people.'),
        kind: z
          .enum(['order', 'adopted', 'position', 'balance'])
          .describe('What differs; `adopted`: an open order that is not from here. Default: order.')
          .optional(),
        venue: Venue.optional(),
        symbol: SymbolName.describe(
          'Where a position or a balance differs, no entries are made in it until both agree again.',
        ).optional(),
      }),
    ),
    positionsChecked: z
      .int()
      .nonnegative()
      .describe('How many positions or balances were compared.')
      .optional(),
  }),
).describe('What a comparison with the venue found.');

export const PortfolioMarked = journalEvent(
  'portfolio_marked',
  z.object({
    tape: TapeId,
    candles: z.int().nonnegative().describe('How many the tape had.'),
    cash: Decimal.describe('Quote currency.'),
    equity: Decimal.describe('Cash and what the positions are worth, quote currency.'),
    positions: z.array(
      z.object({
        venue: Venue,
        symbol: SymbolName,
        side: z.enum(['long', 'short']).describe('Default: long.').optional(),
        quantity: PositiveDecimal,
        price: PositiveDecimal.describe('The last close.'),
      }),
    ),
  }),
).describe('The tape has ended: what is still open, marked at the last closes.');

export const PortfolioValued = journalEvent(
  'portfolio_valued',
  z.object({
    cash: Decimal.describe('Quote currency.'),
    equity: Decimal.describe('Cash and what the positions are worth, quote currency.'),
    exposure: NonNegativeDecimal.describe(
      'What the positions are worth, longs and shorts added up, quote currency.',
    ),
    peakEquity: Decimal.describe('The highest equity that was seen.'),
    dayStartEquity: Decimal.describe('At the start of the trading day.'),
    dayStart: Time.describe('When that trading day began.'),
    positions: z.array(
      z.object({
        venue: Venue,
        symbol: SymbolName,
        side: z.enum(['long', 'short']),
        quantity: PositiveDecimal,
        price: PositiveDecimal.describe('The last price.'),
      }),
    ),
    marketSequence,
  }),
).describe(
  'What the portfolio is worth: at the first price of each hour while something is held, and where a trading day begins. Breakers go by it.',
);

export const InstrumentChanged = journalEvent(
  'instrument_changed',
  z.object({
    venue: Venue,
    symbol: SymbolName,
    status: z
      .enum(['trading', 'halted', 'delisted'])
      .describe('`halted` and `delisted` take no orders.'),
    rules: InstrumentRules,
  }),
).describe("The venue's state and rules of an instrument, as they hold from here on.");

export const IncidentReported = journalEvent(
  'incident_reported',
  z.object({
    kind: IncidentKind,
    severity: z.enum(['warning', 'error']).describe('`error`: a person must act.'),
    detail: Detail,
    venue: Venue.optional(),
    symbol: SymbolName.optional(),
    orderId: OrderId.describe('The order that it is about, if it is about one.').optional(),
    pricedUntil: Time.describe(
      'Where prices are what is missing: when the last one was by which protection could be triggered.',
    ).optional(),
  }),
).describe('Something that a person must hear of.');

/** Execution's journal, on `trading.<portfolio>.<type>`. */
export const JournalEvent = z.discriminatedUnion('type', [
  PortfolioOpened,
  SignalSkipped,
  OrderIntended,
  OrderAccepted,
  OrderFilled,
  OrderRejected,
  OrderCancelled,
  OrderUnknown,
  PositionChanged,
  TradeClosed,
  TradingStateChanged,
  ReconciliationReported,
  PortfolioMarked,
  OrderCancelIntended,
  OrderTriggered,
  OrderAdopted,
  PortfolioValued,
  InstrumentChanged,
  IncidentReported,
  PortfolioReconfigured,
]);
export type JournalEvent = z.infer<typeof JournalEvent>;
export type JournalEventType = JournalEvent['type'];
export type JournalEventOf<T extends JournalEventType> = Extract<JournalEvent, { type: T }>;
