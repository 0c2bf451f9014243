import { z } from 'zod';
import { OrderId } from './journal/order.ts';
import { keysOf } from './keys-of.ts';
import {
  BreakdownView,
  ChartCandle,
  ChartFill,
  OrderStatus,
  OrderView,
  PerformanceView,
  PortfolioView,
  PositionView,
  ProfitView,
  SignalView,
  StandingView,
  StoryEvent,
  TradeView,
} from './query-rows.ts';
import { Decimal, EventId, Name, SymbolName, Time, Timeframe, Venue } from './units.ts';

const portfolio = Name.describe('Default: the one that was opened last.').optional();
const symbol = SymbolName.optional();
const strategy = Name.optional();
const limit = z.int().min(1).max(200).describe('At most so many, the newest first.').default(50);
const cursor = z
  .string()
  .min(1)
  .max(128)
  .describe('`next` of the answer before: what comes after it.')
  .optional();
const span = {
  from: Time.describe('Only what happened at or after it.').optional(),
  to: Time.describe('Only what happened before it.').optional(),
};
const next = z
  .string()
  .nullable()
  .describe('There is more: ask again with it as `cursor`. Null at the end.');

/** What the trade log can be asked, what belongs into the question, and what is answered. */
export const queries = {
  portfolios: {
    description: 'The portfolios of the log, the one opened last first.',
    request: z.strictObject({ limit }),
    result: z.object({ portfolios: z.array(PortfolioView) }),
  },
  positions: {
    description: 'Open positions, the one changed last first.',
    request: z.strictObject({ portfolio, symbol, limit }),
    result: z.object({ portfolio: Name, positions: z.array(PositionView) }),
  },
  orders: {
    description: 'Orders as they stand.',
    request: z.strictObject({
      portfolio,
      symbol,
      strategy,
      status: z.array(OrderStatus).min(1).max(8).describe('Only these.').optional(),
      ...span,
      limit,
      cursor,
    }),
    result: z.object({ portfolio: Name, orders: z.array(OrderView), next }),
  },
  order: {
    description: 'One order as it stands; null where the portfolio has none of that id.',
    request: z.strictObject({ portfolio, orderId: OrderId }),
    result: z.object({ portfolio: Name, order: OrderView.nullable() }),
  },
  trades: {
    description: 'Closed trades, by their exits.',
    request: z.strictObject({ portfolio, symbol, strategy, ...span, limit, cursor }),
    result: z.object({ portfolio: Name, trades: z.array(TradeView), next }),
  },
  profit: {
    description: 'What closed trades brought, by the day, week or month of their exit in UTC.',
    request: z.strictObject({
      portfolio,
      period: z.enum(['day', 'week', 'month']).default('day'),
      ...span,
      limit,
    }),
    result: z.object({ portfolio: Name, currency: z.string(), periods: z.array(ProfitView) }),
  },
  performance: {
    description: 'What a portfolio has come to.',
    request: z.strictObject({ portfolio }),
    result: PerformanceView,
  },
  standing: {
    description: 'How it stands with the portfolios that are open, the one opened last first.',
    request: z.strictObject({
      portfolio: Name.describe('Only this one, also when it has ended.').optional(),
      limit: z.int().min(1).max(50).default(20),
    }),
    result: z.object({ portfolios: z.array(StandingView) }),
  },
  breakdown: {
    description: 'What closed trades brought by symbol, strategy or exit reason, the best first.',
    request: z.strictObject({
      portfolio,
      by: z.enum(['symbol', 'strategy', 'exitReason']).default('symbol'),
      ...span,
      limit,
    }),
    result: z.object({ portfolio: Name, currency: z.string(), rows: z.array(BreakdownView) }),
  },
  chart: {
    description: 'The last candles of a symbol on the tape of a portfolio, and its fills there.',
    request: z.strictObject({
      portfolio,
      symbol: SymbolName,
      timeframe: Timeframe.describe('Default: the shortest that was logged.').optional(),
      candles: z.int().min(10).max(500).default(150),
    }),
    result: z.object({
      portfolio: Name,
      venue: Venue,
      symbol: SymbolName,
      timeframe: Timeframe,
      candles: z.array(ChartCandle),
      fills: z.array(ChartFill),
    }),
  },
  equity: {
    description:
      'What a portfolio was worth: what it was opened with, then the last valuations, which are hourly while something is held, and what it is worth now.',
    request: z.strictObject({ portfolio, points: z.int().min(2).max(2_000).default(720) }),
    result: z.object({
      portfolio: Name,
      currency: z.string(),
      points: z.array(z.tuple([Time, Decimal])).describe('Time and equity, the oldest first.'),
    }),
  },
  signals: {
    description: 'Signals that the portfolio decided on, and what became of each.',
    request: z.strictObject({ portfolio, symbol, strategy, ...span, limit, cursor }),
    result: z.object({ portfolio: Name, signals: z.array(SignalView), next }),
  },
  story: {
    description: 'One signal with all that followed from it, in the order in which it happened.',
    request: z.strictObject({
      signalId: EventId,
      portfolio: Name.describe('Only what this one made of it.').optional(),
    }),
    result: z.object({
      signalId: EventId,
      events: z.array(StoryEvent),
      complete: z.boolean().describe('Whether that is all; a story is told up to 200 events.'),
    }),
  },
} as const satisfies Record<string, Query>;

interface Query {
  readonly description: string;
  readonly request: z.ZodObject;
  readonly result: z.ZodObject;
}

export type QueryName = keyof typeof queries;
export const queryNames = keysOf(queries);

/** A question as it may be asked: what has a default may be left out. */
export type QueryRequest<N extends QueryName> = z.input<(typeof queries)[N]['request']>;
/** A question as it was checked. */
export type CheckedRequest<N extends QueryName> = z.output<(typeof queries)[N]['request']>;
export type QueryResult<N extends QueryName> = z.output<(typeof queries)[N]['result']>;

// By themselves, so that the type of the one named by a variable is known.
export const queryRequests: { readonly [N in QueryName]: z.ZodType<CheckedRequest<N>> } = {
  portfolios: queries.portfolios.request,
  positions: queries.positions.request,
  orders: queries.orders.request,
  order: queries.order.request,
  trades: queries.trades.request,
  profit: queries.profit.request,
  performance: queries.performance.request,
  standing: queries.standing.request,
  breakdown: queries.breakdown.request,
  chart: queries.chart.request,
  equity: queries.equity.request,
  signals: queries.signals.request,
  story: queries.story.request,
};
export const queryResults: { readonly [N in QueryName]: z.ZodType<QueryResult<N>> } = {
  portfolios: queries.portfolios.result,
  positions: queries.positions.result,
  orders: queries.orders.result,
  order: queries.order.result,
  trades: queries.trades.result,
  profit: queries.profit.result,
  performance: queries.performance.result,
  standing: queries.standing.result,
  breakdown: queries.breakdown.result,
  chart: queries.chart.result,
  equity: queries.equity.result,
  signals: queries.signals.result,
  story: queries.story.result,
};

const queryErrorCodes = {
  BAD_REQUEST: 'The question is not JSON or breaks its schema; the message names the field.',
  UNKNOWN_QUERY: 'Nothing can be asked there.',
  NOT_FOUND: 'There is no such portfolio, signal or cursor.',
  TOO_LARGE: 'The answer would take too long to work out; the message says what to do.',
  UNAVAILABLE: 'The log cannot be read at present.',
} as const;

export const QueryError = z.object({
  code: z.enum(keysOf(queryErrorCodes)).meta({
    description: Object.entries(queryErrorCodes)
      .map(([code, meaning]) => `\`${code}\`: ${meaning}`)
      .join(' '),
  }),
  message: z.string(),
});
export type QueryError = z.infer<typeof QueryError>;

/** A result, or what was wrong. */
export const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('ok'), result: z.unknown() }),
  z.object({ status: z.literal('error'), error: QueryError }),
]);

export type QueryAnswer<N extends QueryName> =
  | { readonly status: 'ok'; readonly result: QueryResult<N> }
  | { readonly status: 'error'; readonly error: QueryError };
