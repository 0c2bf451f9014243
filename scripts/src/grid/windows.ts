import { UserError } from '@heliograph/contracts';

/** A part of the candles, by their closes: epoch ms, `from` excluded and `to` included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Where parameters are chosen, and where the choice is tried on what it has not seen. */
export interface Fold {
  readonly inSample: Window;
  readonly outOfSample: Window | undefined;
}

/** How many times longer than what it is tried on the part is that parameters are chosen on. */
const trainLengths = 3;

/** All of it for choosing; or the last part kept back; or one fold after the other, each tried on what follows it. */
export function foldsOf(
  { from, to }: Window,
  {
    keptBack,
    walkForward,
    candleMs,
  }: {
    keptBack?: number | undefined;
    walkForward?: number | undefined;
    /** How long the longest candles are: what is shorter cannot be traded on. */
    candleMs: number;
  },
): Fold[] {
  if (walkForward !== undefined) return walk({ from, to }, walkForward, candleMs);
  if (keptBack === undefined) return [{ inSample: { from, to }, outOfSample: undefined }];
  const cut = Math.round(to - (to - from) * keptBack);
  return [{ inSample: { from, to: cut }, outOfSample: { from: cut, to } }];
}

function walk({ from, to }: Window, folds: number, candleMs: number): Fold[] {
  const length = Math.floor((to - from) / (trainLengths + folds));
  if (length < candleMs)
    throw new UserError(`--walk-forward ${folds}: the candles are too few for that`, {
      exitCode: 2,
    });
  return Array.from({ length: folds }, (_, at) => {
    const start = from + at * length;
    const cut = start + trainLengths * length;
    const end = at === folds - 1 ? to : cut + length;
    return { inSample: { from: start, to: cut }, outOfSample: { from: cut, to: end } };
  });
}
