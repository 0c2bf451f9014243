import { z } from 'zod';
import { TapeId } from './candle.ts';
import { OrderId, OrderRole, OrderSize, OrderType } from './journal/order.ts';
import { TradingState } from './journal/trading-state-events.ts';
import { PortfolioSettings } from './portfolio-settings.ts';
import { ReasonCode } from './reason-codes.ts';
import { Protection } from './protection.ts';
import { Intent, Mode, Side, TimeInForce } from './signal.ts';
import { Decimal, EventId, Name, SymbolName, Time, Timeframe, Venue } from './units.ts';

// What the trade log's answers are made of: times in RFC 3339, money and prices as decimal text, null where there is
// nothing.

export const OrderStatus = z.enum([
  'intended',
  'accepted',
  'triggered',
  'partially_filled',
  'filled',
  'rejected',
  'cancelled',
  'unknown',
]);

const count = z.int().nonnegative();
const instrument = { venue: Venue, symbol: SymbolName };

export const PortfolioView = z.object({
  portfolio: Name,
  mode: Mode,
  tape: TapeId,
  currency: z.string(),
  openedTime: Time,
  endedTime: Time.nullable().describe('When its tape ended; null while it goes on.'),
  cash: Decimal,
});

export const PositionView = z.object({
  portfolio: Name,
  ...instrument,
  side: z.enum(['long', 'short']),
  quantity: Decimal,
  averageEntryPrice: Decimal,
  realisedPnl: Decimal.describe('Of this position since it was opened, fees taken off.'),
  time: Time.describe('Of the last change.'),
});

export const OrderView = z.object({
  portfolio: Name,
  orderId: OrderId,
  signalId: EventId,
  time: Time,
  strategy: Name,
  ...instrument,
  intent: Intent,
  side: Side,
  orderType: OrderType,
  role: OrderRole,
  size: OrderSize,
  limitPrice: Decimal.nullable(),
  stopPrice: Decimal.nullable(),
  trailingBps: z.number().nullable(),
  timeInForce: TimeInForce.nullable(),
  protection: Protection.nullable().describe(
    'What shall protect the position that an entry opens.',
  ),
  protects: z.string().nullable().describe('The entry that a protective order protects.'),
  attempt: z.int().positive(),
  reduceOnly: z.boolean(),
  referencePrice: Decimal,
  status: OrderStatus,
  statusTime: Time.describe('When the status came about.'),
  filledQuantity: Decimal,
  venueOrderId: z.string().nullable(),
  triggerPrice: Decimal.nullable(),
  reason: ReasonCode.nullable(),
  detail: z.string().nullable(),
  cancelTime: Time.nullable().describe('When somebody last wanted it back.'),
  cancelReason: ReasonCode.nullable(),
});

export const TradeView = z.object({
  portfolio: Name,
  tradeId: EventId,
  strategy: Name,
  ...instrument,
  side: z.enum(['long', 'short']),
  quantity: Decimal,
  entryTime: Time,
  entryPrice: Decimal,
  exitTime: Time,
  exitPrice: Decimal,
  fees: Decimal,
  pnl: Decimal.describe('After fees.'),
  returnRatio: z.number().describe('`pnl` over what the entry cost.'),
  exitReason: z.string(),
  entrySignalId: EventId,
  exitSignalId: EventId,
});

export const SignalView = z.object({
  id: EventId,
  time: Time,
  expiryTime: Time,
  mode: Mode,
  strategy: Name,
  strategyVersion: z.string(),
  ...instrument,
  timeframe: Timeframe,
  intent: Intent,
  side: Side,
  targetPosition: z.enum(['long', 'short', 'flat']),
  referencePrice: Decimal,
  status: z
    .enum([...OrderStatus.options, 'skipped', 'cancel'])
    .nullable()
    .describe('Of the last order that the portfolio made of it; null while it is undecided.'),
  reason: ReasonCode.nullable(),
  orderId: OrderId.nullable(),
});

export const ProfitView = z.object({
  from: Time.describe('The first moment of the day, week (from Monday) or month, in UTC.'),
  to: Time.describe('The first moment after it.'),
  trades: count,
  wins: count,
  losses: count,
  pnl: Decimal.describe('Of the trades closed in it, after fees.'),
  fees: Decimal,
});

/** docs/statistics.md tells the formula; not enough data is null. */
const figure = z.number().nullable().optional();

export const PerformanceView = PortfolioView.extend({
  startCash: Decimal,
  finalEquity: Decimal.describe(
    'Cash, and what is held: at its last valuation, or else at what it cost.',
  ),
  netPnl: Decimal,
  returnRatio: z.number(),
  realisedPnl: Decimal,
  fees: Decimal,
  trades: count,
  wins: count,
  losses: count,
  winRate: z.number().nullable(),
  profitFactor: z.number().nullable(),
  expectancy: Decimal.nullable(),
  expectancyRatio: figure,
  averageWin: Decimal.nullable().optional(),
  averageLoss: Decimal.nullable().optional(),
  largestWin: Decimal.nullable().optional(),
  largestLoss: Decimal.nullable().optional(),
  longestWinningStreak: count.optional(),
  longestLosingStreak: count.optional(),
  averageTradeMs: figure,
  sqn: figure,
  annualReturnRatio: figure,
  sharpe: figure,
  sortino: figure,
  calmar: figure,
  maxDrawdown: Decimal.optional(),
  maxDrawdownRatio: z.number().optional(),
  drawdownOf: z
    .enum(['equity-curve', 'closed-trades'])
    .describe(
      'What risk is measured on: what the workers wrote down, about once an hour while something is held, or where that is not there the exits.',
    )
    .optional(),
  openPositions: count,
  skipped: z.partialRecord(ReasonCode, count).describe('Signals that were not traded, by reason.'),
});

export const StandingView = PortfolioView.extend({
  equity: Decimal.describe(
    'Cash, and what is held: at its last valuation, or else at what it cost.',
  ),
  equityFrom: z.enum(['cash', 'valued', 'cost']),
  equityTime: Time.nullable().describe('Of the valuation.'),
  tradingState: TradingState,
  stateReason: z.string().nullable(),
  stateAuthor: z.string().nullable(),
  stateTime: Time.nullable().describe('When it was last changed; null where it never was.'),
  openPositions: count,
  maxPositions: z.int().nullable().describe('The limit; null where there is none.'),
  openOrders: count,
  settings: PortfolioSettings,
  incidents: z
    .array(z.object({ time: Time, kind: z.string(), detail: z.string() }))
    .describe('Of the last day, the newest first, up to ten.'),
  lastEventTime: Time.describe('When its last event was stored.'),
});

export const BreakdownView = z.object({
  name: z.string().describe('The symbol, strategy or exit reason.'),
  trades: count,
  wins: count,
  losses: count,
  pnl: Decimal.describe('After fees.'),
  fees: Decimal,
  averageHoldMs: z.int().nonnegative(),
});

export const ChartFill = z.object({
  time: Time,
  side: Side,
  price: Decimal,
  quantity: Decimal,
});

export const ChartCandle = z
  .tuple([Time, z.number(), z.number(), z.number(), z.number()])
  .describe('Close time, open, high, low, close.');

export const StoryEvent = z.object({
  id: EventId,
  type: z.string(),
  portfolio: Name.nullable().describe('Whose journal it is in; null for the signal itself.'),
  time: Time.describe('Of what happened.'),
  storedTime: Time.describe('When the message server stored it.'),
  sequence: z.int().positive(),
  orderId: OrderId.nullable(),
});
