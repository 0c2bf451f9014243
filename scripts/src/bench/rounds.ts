import { setImmediate as turn } from 'node:timers/promises';
import type { BenchContext } from './measure.ts';

/** One value of each round. */
export interface Rounds<T> {
  readonly ours: readonly T[];
  readonly floor: readonly T[];
}

/**
 * Measures ours and the floor in turn, beginning with the other one each time, so that whatever else the machine does
 * hits both alike. The warm-up is measured and not counted.
 */
export async function interleave<T>(
  { rounds, signal }: Pick<BenchContext, 'rounds' | 'signal'>,
  {
    ours,
    floor,
    warmUp = true,
    onRound,
  }: {
    ours: (round: number) => T | Promise<T>;
    floor: (round: number) => T | Promise<T>;
    warmUp?: boolean;
    onRound?: (round: number) => void;
  },
): Promise<Rounds<T>> {
  const counted: { ours: T[]; floor: T[] } = { ours: [], floor: [] };
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    onRound?.(round);
    const order = round % 2 === 0 ? (['floor', 'ours'] as const) : (['ours', 'floor'] as const);
    for (const side of order) {
      // A measure that only computes would otherwise never hear of a Ctrl-C.
      await turn();
      signal.throwIfAborted();
      const value = await (side === 'ours' ? ours(round) : floor(round));
      if (round > 0) counted[side].push(value);
    }
  }
  return counted;
}
