import { inspect } from 'node:util';
import { PermanentError, type Candle } from '@heliograph/contracts';
import { createResampler } from '../candles/resample.ts';
import type { ConfiguredStrategy, Strategy, StrategyIntent } from './define-strategy.ts';

/** An instance of a strategy for one symbol, and what it is shown beside its own candles. */
export interface Player {
  /** A candle of one of the other symbols that it needs. */
  onOther(candle: Candle): void;
  /** One of its own; longer candles that close with it come first. */
  onCandle(candle: Candle): StrategyIntent | undefined;
}

export function createPlayer(strategy: ConfiguredStrategy): Player {
  const { timeframes } = strategy.needs;
  const instance: Strategy | undefined = strategy.create();
  if (typeof instance?.onCandle !== 'function')
    throw new PermanentError(
      'INVALID_STRATEGY',
      `create gave ${inspect(instance, { depth: 0 })}, expected an object with onCandle`,
    );
  // What others have written may write into it.
  const shown =
    strategy.file === undefined ? (candle: Candle) => candle : (candle: Candle) => ({ ...candle });
  const onOther = (candle: Candle): void => instance.onOther?.(shown(candle));
  const onCandle = (candle: Candle): StrategyIntent | undefined => instance.onCandle(shown(candle));
  if (timeframes.length === 0) return { onOther, onCandle };

  const resamplers = new Map<string, ReturnType<typeof createResampler>[]>();
  /** Of each symbol by itself: they need not come together. */
  const longer = (candle: Candle): void => {
    const known = resamplers.get(candle.symbol) ?? timeframes.map(createResampler);
    resamplers.set(candle.symbol, known);
    for (const resample of known)
      for (const { candles } of resample({ time: candle.closeTime, candles: [candle] }))
        for (const closed of candles) onOther(closed);
  };
  return {
    onOther(candle) {
      onOther(candle);
      longer(candle);
    },
    onCandle(candle) {
      longer(candle);
      return onCandle(candle);
    },
  };
}
