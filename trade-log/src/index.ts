export { backUpLog, type BackupResult } from './backup.ts';
export { checkLog, type CheckResult } from './check-log.ts';
export { openDatabase } from './database.ts';
export { readingError } from './database-errors.ts';
export { rebuildProjections } from './event-store.ts';
export { drawTradesAgain, type MonteCarlo, type Percentiles } from './monte-carlo.ts';
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
export { equityNow } from './standing.ts';
export { writtenEquity } from './valuations.ts';
export { whenFree } from './when-free.ts';
export { readFacts, type LoggedFacts } from './facts.ts';
export { exportFormats, exportText } from './export-format.ts';
export { beginDraft, putDraft } from './draft.ts';
export { exportKinds, exportRows } from './export-log.ts';
export type { Filter } from './filter.ts';
export { planPruning, type PrunePlan } from './plan-pruning.ts';
export { candlesPruned, inputsPruned, type Pruning } from './pruned-inputs.ts';
export { countPruned, pruneLog, shrinkLog, type Pruned } from './prune-log.ts';
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
export { loadStreams } from './load-streams.ts';
export { readStory, type Chapter, type Story, type StoryEvent } from './story.ts';
export { readTapePlaces, type TapePlaces } from './tape-places.ts';
export {
  pricesOf,
  timeOfPrice,
  type PriceKind,
  type RecordedPrice,
  type RecordedPrint,
} from './tape.ts';
export type { RunFacts } from './run-manifest.ts';
export { readLogRuns, readPortfolioRuns, type LogRunRow, type PortfolioRunRow } from './runs.ts';
export { isSameFile } from './same-file.ts';
export { startLogQueries } from './query-service.ts';
export {
  startTradeLog,
  tradeLogMaxDeliver,
  type TradeLog,
  type TradeLogOptions,
} from './trade-log.ts';
