import type {
  Decimal,
  EventId,
  IncidentKind,
  OrderRole,
  OrderSize,
  OrderType,
  PortfolioSettings,
  Protection,
  ReasonCode,
  SymbolName,
  Timeframe,
  TimeInForce,
  TradingState,
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
  /** That of the last order that it made, `skipped`, or `cancel` when it only took orders back. */
  readonly status: OrderStatus | 'skipped' | 'cancel' | null;
  readonly reason: ReasonCode | null;
  readonly orderId: string | null;
}

export type OrderStatus =
  | 'intended'
  | 'accepted'
  | 'triggered'
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
  readonly orderType: OrderType;
  readonly role: OrderRole;
  readonly size: OrderSize;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly trailingBps: number | null;
  readonly timeInForce: TimeInForce | null;
  /** What shall protect the position that an entry opens. */
  readonly protection: Protection | null;
  /** The entry that a protective order protects. */
  readonly protects: string | null;
  readonly attempt: number;
  readonly reduceOnly: boolean;
  readonly referencePrice: Decimal;
  readonly status: OrderStatus;
  /** When the status came about. */
  readonly statusTime: number;
  readonly filledQuantity: Decimal;
  readonly venueOrderId: string | null;
  /** The price that triggered it, where execution held it itself. */
  readonly triggerPrice: Decimal | null;
  readonly reason: ReasonCode | null;
  readonly detail: string | null;
  /** When and why somebody last wanted it back; whether it came back, the status says. */
  readonly cancelTime: number | null;
  readonly cancelReason: ReasonCode | null;
}

/** An order that was open at the venue and not made here. */
export interface ForeignOrderRow {
  readonly portfolio: string;
  readonly orderId: string;
  readonly venueOrderId: string;
  /** When it was noticed. */
  readonly time: number;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'buy' | 'sell';
  /** The venue's word for it. */
  readonly orderType: string;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly reduceOnly: boolean;
  readonly status: 'open' | 'partially_filled' | 'filled' | 'rejected' | 'cancelled';
  readonly statusTime: number;
  readonly filledQuantity: Decimal;
}

/** What a portfolio was worth. */
export interface EquityRow {
  readonly portfolio: string;
  readonly time: number;
  readonly cash: Decimal;
  readonly equity: Decimal;
  /** What the positions are worth, longs and shorts added up. */
  readonly exposure: Decimal;
  readonly peakEquity: Decimal;
  readonly dayStartEquity: Decimal;
  /** When the trading day began. */
  readonly dayStart: number;
}

export interface IncidentRow {
  readonly portfolio: string;
  readonly time: number;
  readonly kind: IncidentKind;
  readonly severity: 'warning' | 'error';
  readonly detail: string;
  readonly venue: Venue | null;
  readonly symbol: SymbolName | null;
  readonly orderId: string | null;
}

/** A change of what may be traded at all. */
export interface TradingStateRow {
  readonly portfolio: string;
  readonly time: number;
  readonly from: TradingState;
  readonly to: TradingState;
  readonly reason: string;
  readonly author: string;
  readonly revision: number | null;
}

/** An instrument as the venue last told of it. */
export interface InstrumentRow {
  readonly portfolio: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly time: number;
  readonly status: 'trading' | 'halted' | 'delisted';
  readonly tickSize: Decimal | null;
  readonly lotSize: Decimal | null;
  readonly minQuantity: Decimal | null;
  readonly maxQuantity: Decimal | null;
  readonly minNotional: Decimal | null;
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
  /** Those that hold: the last ones. */
  readonly settings: PortfolioSettings;
  /** Of the rules by which it is decided. */
  readonly decisionsVersion: number;
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
