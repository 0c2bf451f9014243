export { openDatabase } from './database.ts';
export { rebuildProjections } from './event-store.ts';
export { drawTradesAgain, type MonteCarlo, type Percentiles } from './monte-carlo.ts';
export {
  summarisePerformance,
  type ClosedTrade,
  type EquityPoint,
  type Performance,
  type PerformanceInput,
} from './performance.ts';
export {
  countSkips,
  readCandles,
  readDeadLetters,
  readFills,
  readOrders,
  readPortfolio,
  readPortfolios,
  readPositions,
  readSignals,
  readTrades,
} from './queries.ts';
export {
  readEquity,
  readForeignOrders,
  readIncidents,
  readInstruments,
  readTradingStates,
} from './account-queries.ts';
export { readFacts, type LoggedFacts } from './facts.ts';
export type { Filter } from './filter.ts';
export type {
  CandleRow,
  DeadLetterRow,
  EquityRow,
  FillRow,
  ForeignOrderRow,
  IncidentRow,
  InstrumentRow,
  OrderRow,
  OrderStatus,
  PortfolioEnd,
  PortfolioRow,
  PositionRow,
  SignalRow,
  TradeRow,
  TradingStateRow,
} from './rows.ts';
export {
  readJournal,
  readRecording,
  type JournalRow,
  type Recorded,
  type Span,
} from './recording.ts';
export { readStory, type Chapter, type Story, type StoryEvent } from './story.ts';
export {
  pricesOf,
  timeOfPrice,
  type PriceKind,
  type RecordedPrice,
  type RecordedPrint,
} from './tape.ts';
export { startTradeLog, type TradeLog, type TradeLogOptions } from './trade-log.ts';
