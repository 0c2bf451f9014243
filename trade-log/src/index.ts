export { backUpLog, type BackupResult } from './upkeep/backup.ts';
export { checkLog, type CheckResult } from './upkeep/check-log.ts';
export { openDatabase } from './store/database.ts';
export { readingError } from './store/database-errors.ts';
export { rebuildProjections } from './store/event-store.ts';
export { drawTradesAgain, type MonteCarlo, type Percentiles } from './statistics/monte-carlo.ts';
export {
  summarisePerformance,
  type ClosedTrade,
  type Performance,
  type PerformanceInput,
} from './statistics/performance.ts';
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
} from './queries/queries.ts';
export {
  readEquity,
  readForeignOrders,
  readIncidents,
  readInstruments,
  readTradingStates,
} from './queries/account-queries.ts';
export { equityNow } from './queries/standing.ts';
export { writtenEquity } from './queries/valuations.ts';
export { whenFree } from './store/when-free.ts';
export { readFacts, type LoggedFacts } from './queries/facts.ts';
export { exportFormats, exportText } from './upkeep/export-format.ts';
export { beginDraft, putDraft } from './upkeep/draft.ts';
export { exportKinds, exportRows } from './upkeep/export-log.ts';
export type { Filter } from './queries/filter.ts';
export { planPruning, type PrunePlan } from './upkeep/plan-pruning.ts';
export { candlesPruned, inputsPruned, type Pruning } from './upkeep/pruned-inputs.ts';
export { countPruned, pruneLog, shrinkLog, type Pruned } from './upkeep/prune-log.ts';
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
} from './queries/rows.ts';
export {
  readJournal,
  readRecording,
  type JournalRow,
  type Recorded,
  type Span,
} from './tape/recording.ts';
export { loadStreams } from './tape/load-streams.ts';
export { readStory, type Chapter, type Story, type StoryEvent } from './queries/story.ts';
export { readTapePlaces, type TapePlaces } from './tape/tape-places.ts';
export {
  pricesOf,
  timeOfPrice,
  type PriceKind,
  type RecordedPrice,
  type RecordedPrint,
} from './tape/tape.ts';
export type { RunFacts } from './store/run-manifest.ts';
export {
  readLogRuns,
  readPortfolioRuns,
  type LogRunRow,
  type PortfolioRunRow,
} from './store/runs.ts';
export { isSameFile } from './store/same-file.ts';
export { startLogQueries } from './queries/query-service.ts';
export {
  startTradeLog,
  tradeLogMaxDeliver,
  type TradeLog,
  type TradeLogOptions,
} from './trade-log.ts';
