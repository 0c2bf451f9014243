import type { StrategyDefinition } from './define-strategy.ts';
import { smaCross } from './sma-cross.ts';

/** The strategies that can be named without a file. */
export const builtInStrategies: readonly StrategyDefinition[] = [smaCross];
