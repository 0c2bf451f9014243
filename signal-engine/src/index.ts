export { candleFilesIn, openCandleFileFeed } from './feeds/candle-file-feed.ts';
export { openRecordedFeed, type FeedOverrides } from './feeds/open-recorded-feed.ts';
export { usualRates } from './feeds/simulated/market-hazards.ts';
export { simulateCandles } from './feeds/simulated/simulate-candles.ts';
export { simulatedVenue } from './feeds/simulated/simulated-feed.ts';
export { type FeedContents, type RecordedFeed } from './feeds/recorded-feed.ts';
export type { Feed, Instant, Instrument } from './feeds/feed.ts';
export { instrumentOfFile } from './feeds/instrument-of-file.ts';
export type { Speed } from './release-at-speed.ts';
export {
  startSignalEngine,
  type SignalEngine,
  type SignalEngineOptions,
  type SignalEngineProgress,
} from './signal-engine.ts';
export { createSignalMachine, type SignalMachine, type StrategyFailure } from './signals.ts';
export { builtInStrategies } from './strategies/built-in-strategies.ts';
export {
  defineStrategy,
  type ConfiguredStrategy,
  type Strategy,
  type StrategyDefinition,
  type StrategyIntent,
} from './strategies/define-strategy.ts';
export { placeInCode } from './strategies/place-in-code.ts';
export { placeOfImport } from './strategies/place-of-import.ts';
export { checkServed } from './strategies/needs.ts';
export { loadStrategy } from './strategies/load-strategy.ts';
export { smaCross } from './strategies/sma-cross.ts';
export { startLiveEngine, type LiveEngineOptions } from './live-engine.ts';
export { isCcxtFeed, openCcxtFeed, streamModes, type StreamMode } from './feeds/live/ccxt-feed.ts';
export { isNatsFeed, openNatsFeed } from './feeds/live/nats-feed.ts';
export type { LiveFeed } from './feeds/live/live-feed.ts';
export {
  startAlertWebhook,
  type AlertWebhook,
  type AlertWebhookOptions,
} from './webhook/webhook-server.ts';
export { checkLookahead, type LookaheadReport } from './lookahead/check-lookahead.ts';
export { openCcxtVenue, type CcxtVenue } from './feeds/live/ccxt-venue.ts';
export {
  downloadCandles,
  type Downloaded,
  type DownloadOptions,
  type Gap,
} from './history/download-candles.ts';
export { checkCandleFile, findingKinds, type CandleCheck } from './history/check-candle-file.ts';
export { enterLong, exitLong, exitParams } from './strategies/exit-params.ts';
export { candlesOf, tryStrategy } from './strategies/try-strategy.ts';
export { atr } from './indicators/atr.ts';
export { bollinger } from './indicators/bollinger.ts';
export { ema } from './indicators/ema.ts';
export { macd } from './indicators/macd.ts';
export { rsi } from './indicators/rsi.ts';
export { sma } from './indicators/sma.ts';
