import { bollingerReversion } from './bollinger-reversion.ts';
import type { StrategyDefinition } from './define-strategy.ts';
import { donchianBreakout } from './donchian-breakout.ts';
import { emaCross } from './ema-cross.ts';
import { macdCross } from './macd-cross.ts';
import { rsiReversion } from './rsi-reversion.ts';
import { smaCross } from './sma-cross.ts';

/** The strategies that can be named without a file. */
export const builtInStrategies: readonly StrategyDefinition[] = [
  smaCross,
  emaCross,
  rsiReversion,
  macdCross,
  bollingerReversion,
  donchianBreakout,
];
