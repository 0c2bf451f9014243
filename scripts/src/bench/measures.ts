import { backtest } from './backtest.ts';
import { engine } from './engine.ts';
import { latency } from './latency.ts';
import { log } from './log.ts';
import type { Measure } from './measure.ts';
import { memory } from './memory.ts';
import { replay } from './replay.ts';
import { throughput } from './throughput.ts';

/** In the order in which they are run and shown. */
export const measures: readonly Measure[] = [
  latency,
  throughput,
  engine,
  log,
  backtest,
  replay,
  memory,
];
