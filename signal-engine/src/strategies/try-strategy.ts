import {
  type Candle,
  SymbolName,
  Timeframe,
  timeframeMs,
  UserError,
  Venue,
} from '@heliograph/contracts';
import type { ConfiguredStrategy, StrategyIntent } from './define-strategy.ts';
import { createPlayer } from './player.ts';

/** Candles with these closes, each opening where the one before has closed: to try a strategy on. */
export function candlesOf(
  closes: readonly number[],
  about: { readonly symbol?: string; readonly timeframe?: string; readonly startMs?: number } = {},
): Candle[] {
  const { startMs = Date.UTC(2026, 0, 5) } = about;
  const symbol = SymbolName.parse(about.symbol ?? 'BTC/USDT');
  const timeframe = Timeframe.parse(about.timeframe ?? '1m');
  const spanMs = timeframeMs(timeframe);
  const venue = Venue.parse('test');
  return closes.map((close, at) => {
    const open = closes[at - 1] ?? close;
    const openTime = startMs + at * spanMs;
    const [high, low] = [Math.max(open, close), Math.min(open, close)];
    const times = { openTime, closeTime: openTime + spanMs };
    return { venue, symbol, timeframe, ...times, open, high, low, close, volume: 1 };
  });
}

/**
 * What a strategy wants at each of the candles; undefined is nothing. Candles of symbols other than the first one's are shown
 * to it as such.
 */
export function tryStrategy(
  strategy: ConfiguredStrategy,
  candles: readonly Candle[],
): (StrategyIntent | undefined)[] {
  const [first] = candles;
  if (!first) throw new UserError('found no candles to try the strategy on', { exitCode: 1 });
  const player = createPlayer(strategy);
  return candles.map((candle) => {
    if (candle.symbol === first.symbol) return player.onCandle(candle);
    player.onOther(candle);
    return undefined;
  });
}
