import type { Terminal } from '../output/terminal.ts';
import type { Env } from '../options/env.ts';
import { ratios, spreadOf, type Spread } from './statistics.ts';

/** What every measure is given. */
export interface BenchContext {
  readonly env: Env;
  readonly terminal: Terminal;
  /** How often ours and the floor are measured, in turn. */
  readonly rounds: number;
  /** How long one round of a measure that goes by time lasts. */
  readonly seconds: number;
  /** Scales the work of a measure that goes by amount, 0..1. */
  readonly scale: number;
  /** Somebody wants it to end. */
  readonly signal: AbortSignal;
}

export interface Measure {
  readonly name: MeasureName;
  run(context: BenchContext): Promise<readonly Row[]>;
}

export const measureNames = [
  'latency',
  'throughput',
  'engine',
  'log',
  'backtest',
  'replay',
  'memory',
] as const;
type MeasureName = (typeof measureNames)[number];

/** What has to be reached: by the ratio to the floor, or by the value itself. */
export interface Target {
  readonly of: 'ratio' | 'value';
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

/** One figure of a measure, over all rounds. */
export interface Row {
  readonly measure: MeasureName;
  readonly figure: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly floor?: Spread;
  readonly ratio?: Spread;
  readonly target?: Target;
  readonly met?: boolean;
  /** What else was seen, to judge the figure by. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** A row of what was measured, one value a round. */
export function rowOf({
  ours,
  floor,
  target,
  ...rest
}: Pick<Row, 'measure' | 'figure' | 'unit' | 'target' | 'facts'> & {
  ours: readonly number[];
  floor?: readonly number[];
}): Row {
  const own = spreadOf(ours);
  const ratio = floor && spreadOf(ratios(ours, floor));
  const judged = target?.of === 'ratio' ? ratio?.median : own.median;
  return {
    ...rest,
    ours: own,
    ...(floor && { floor: spreadOf(floor) }),
    ...(ratio && { ratio }),
    ...(target && { target }),
    ...(target && judged !== undefined && { met: meets(judged, target) }),
  };
}

function meets(value: number, { bound, limit }: Target): boolean {
  return bound === 'at most' ? value <= limit : value >= limit;
}
