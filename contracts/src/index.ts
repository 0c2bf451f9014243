export {
  candleEvent,
  candleEventId,
  candleOf,
  liveTape,
  CandleClosed,
  TapeEnded,
  TapeId,
  type Candle,
} from './candle.ts';
export { deadLetterEvent, MessageDeadLettered } from './dead-letter.ts';
export { PermanentError, TransientError, UserError } from './errors.ts';
export {
  eventSchemas,
  MarketEvent,
  parseEvent,
  type EventType,
  type HeliographEvent,
} from './events.ts';
export { canonicalJson, deterministicId } from './ids.ts';
export {
  JournalEvent,
  OrderId,
  OrderSize,
  TradingState,
  type JournalEventOf,
  type JournalEventType,
} from './journal.ts';
export { PortfolioSettings, RiskLimits, Stake } from './portfolio-settings.ts';
export { ReasonCode, reasonCodes } from './reason-codes.ts';
export { Intent, Mode, Side, TradeSignal } from './signal.ts';
export { executionGroup, journalPrefix, portfolioFor, subjects, symbolToken } from './subjects.ts';
export {
  Big,
  Decimal,
  EventId,
  exactly,
  Name,
  NonNegativeDecimal,
  PositiveDecimal,
  SymbolName,
  Time,
  Timeframe,
  timeframeMs,
  toDecimal,
  toMs,
  toTime,
  Venue,
} from './units.ts';
