// What strategies and configurations import as 'heliograph'.
export { z } from 'zod';
export type { Config } from './config/config.ts';
export { defineConfig } from './config/define-config.ts';
export {
  atr,
  bollinger,
  candlesOf,
  checkLookahead,
  defineStrategy,
  ema,
  enterLong,
  exitLong,
  exitParams,
  macd,
  rsi,
  sma,
  tryStrategy,
  type Strategy,
  type StrategyIntent,
} from '@heliograph/signal-engine';
