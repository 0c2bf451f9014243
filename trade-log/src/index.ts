export { openDatabase } from './database.ts';
export { rebuildProjections } from './event-store.ts';
export {
  summarisePerformance,
  type ClosedTrade,
  type Performance,
  type PerformanceInput,
} from './performance.ts';
export type { Breakdown, TradeGroup } from './statistics/breakdown.ts';
export { createCostMeter, type CostMeter, type Costs } from './statistics/costs.ts';
export { figureGroups, figures, type Figure, type FigureKind } from './statistics/figures.ts';
export type { Drawdown } from './statistics/drawdowns.ts';
export {
  createEquityMeter,
  equityHistory,
  type EquityHistory,
  type EquityMeter,
  type EquityPoint,
} from './statistics/equity-history.ts';
export type { MonthReturn } from './statistics/months.ts';
export {
  summariseRun,
  type Metrics,
  type RunInput,
  type RunSummary,
} from './statistics/statistics.ts';
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
export { pricesOf, type PriceKind, type RecordedPrice, type RecordedPrint } from './tape.ts';
export { startTradeLog, type TradeLog, type TradeLogOptions } from './trade-log.ts';
