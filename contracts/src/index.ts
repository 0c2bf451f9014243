export {
  marketDisturbedEvent,
  DisturbanceKind,
  disturbances,
  MarketDisturbed,
} from './market-disturbed.ts';
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
export { cutTo, decimalOf, quotient, ratioOfBps, signOf } from './decimals.ts';
export { defaultRisk, defaultSettings, riskReasons } from './default-settings.ts';
export { CommandGiven, commandEvent } from './command.ts';
export { compiled } from './compiled.ts';
export { deadLetterEvent, MessageDeadLettered } from './dead-letter.ts';
export { didYouMean } from './did-you-mean.ts';
export { PermanentError, TransientError, UserError } from './errors.ts';
export {
  AlertEvent,
  eventSchemas,
  MarketEvent,
  parseEvent,
  type EventType,
  type HeliographEvent,
} from './events.ts';
export { canonicalJson, deterministicId } from './ids.ts';
export { IncidentKind, incidents } from './incidents.ts';
export { JournalEvent, type JournalEventOf, type JournalEventType } from './journal/journal.ts';
export { writeOffFillId } from './journal/order-events.ts';
export { OrderId, OrderRole, OrderSize, OrderType } from './journal/order.ts';
export { TradingState } from './journal/trading-state-events.ts';
export {
  InstrumentRules,
  PaperModel,
  PortfolioSettings,
  RiskLimits,
  Slippage,
  Stake,
} from './portfolio-settings.ts';
export { TradePrinted } from './print.ts';
export {
  queryNames,
  queryRequests,
  type CheckedRequest,
  type QueryAnswer,
  type QueryError,
  type QueryName,
  type QueryRequest,
  type QueryResult,
} from './queries.ts';
export { ReasonCode, reasonCodes } from './reason-codes.ts';
export { Protection } from './protection.ts';
export { Intent, Mode, Side, TimeInForce, TradeSignal } from './signal.ts';
export { StrategyFailed, strategyFailedEvent } from './strategy-failure.ts';
export { tradingStateBucket, TradingStateEntry } from './trading-state.ts';
export {
  executionGroup,
  journalPrefix,
  portfolioFor,
  queryGroup,
  subjects,
  symbolToken,
} from './subjects.ts';
export { isLocale } from './locale.ts';
export { isTimeZone } from './time-zone.ts';
export {
  Big,
  Decimal,
  earliestMs,
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
  toNonNegative,
  toPositive,
  toMs,
  toTime,
  Venue,
} from './units.ts';
