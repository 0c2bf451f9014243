import type {
  Decimal,
  EventId,
  OrderSize,
  PortfolioSettings,
  ReasonCode,
  SymbolName,
  Timeframe,
  Venue,
} from '@heliograph/contracts';

// What the queries answer with: times in epoch ms, money and prices as decimal text.

/** A signal and what a portfolio made of it: one row for each that decided on it, else one with nulls. */
export interface SignalRow {
  readonly id: EventId;
  readonly time: number;
  readonly expiryTime: number;
  readonly tape: string;
  readonly mode: string;
  readonly strategy: string;
  readonly strategyVersion: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  readonly intent: string;
  readonly side: 'buy' | 'sell';
  readonly targetPosition: 'long' | 'short' | 'flat';
  readonly referencePrice: Decimal;
  readonly portfolio: string | null;
  /** `skipped`, or its order's. */
  readonly status: OrderStatus | 'skipped' | null;
  readonly reason: ReasonCode | null;
  readonly orderId: string | null;
}

export type OrderStatus =
  | 'intended'
  | 'accepted'
  | 'partially_filled'
  | 'filled'
  | 'rejected'
  | 'cancelled'
  | 'unknown';

export interface OrderRow {
  readonly portfolio: string;
  readonly orderId: string;
  readonly signalId: EventId;
  readonly time: number;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly intent: string;
  readonly side: 'buy' | 'sell';
  readonly orderType: 'market' | 'limit' | 'stop';
  readonly size: OrderSize;
  readonly referencePrice: Decimal;
  readonly status: OrderStatus;
  /** When the status came about. */
  readonly statusTime: number;
  readonly filledQuantity: Decimal;
  readonly venueOrderId: string | null;
  readonly reason: ReasonCode | null;
  readonly detail: string | null;
}

export interface FillRow {
  readonly portfolio: string;
  readonly orderId: string;
  readonly fillId: string;
  readonly time: number;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'buy' | 'sell';
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly slippageBps: number;
}

export interface PositionRow {
  readonly portfolio: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly quantity: Decimal;
  readonly averageEntryPrice: Decimal;
  /** Of this position since it was opened, fees taken off. */
  readonly realisedPnl: Decimal;
  /** Of the last change. */
  readonly time: number;
}

export interface TradeRow {
  readonly portfolio: string;
  readonly tradeId: EventId;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly entryTime: number;
  readonly entryPrice: Decimal;
  readonly exitTime: number;
  readonly exitPrice: Decimal;
  readonly quantity: Decimal;
  readonly fees: Decimal;
  readonly pnl: Decimal;
  readonly returnRatio: number;
  readonly exitReason: string;
  readonly entrySignalId: EventId;
  readonly exitSignalId: EventId;
}

export interface DeadLetterRow {
  readonly id: EventId;
  readonly time: number;
  readonly consumer: string;
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly error: string;
  readonly deliveries: number;
  readonly body: string;
}

export interface CandleRow {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  readonly openTime: number;
  readonly closeTime: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
}

/** A journal of a portfolio: its settings, its cash, and how it ended, once its tape has. */
export interface PortfolioRow {
  readonly portfolio: string;
  readonly mode: string;
  readonly tape: string;
  readonly currency: string;
  readonly settings: PortfolioSettings;
  readonly openedTime: number;
  readonly cash: Decimal;
  readonly end: PortfolioEnd | null;
}

export interface PortfolioEnd {
  readonly time: number;
  readonly candles: number;
  readonly cash: Decimal;
  /** Cash and what is still open, at the last closes. */
  readonly equity: Decimal;
}
