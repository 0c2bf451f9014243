/** The middle of repeated measurements, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * The value below which that part of the values lies, interpolated between neighbours.
 * @param percent 0..100
 */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError('there is no percentile of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? 0;
  return below + (above - below) * (place - Math.floor(place));
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Each of ours over its own floor, which was measured right beside it: what slows a round slows both.
 * @throws RangeError when they are not as many, or a floor is no number above 0
 */
export function ratios(ours: readonly number[], floors: readonly number[]): number[] {
  if (ours.length !== floors.length)
    throw new RangeError(`${ours.length} values cannot be held against ${floors.length}`);
  return ours.map((value, round) => {
    const floor = floors[round] ?? 0;
    if (!(floor > 0)) throw new RangeError(`the floor of round ${round + 1} is ${floor}`);
    return value / floor;
  });
}

/** How much y rises with each unit of x: the median slope over all pairs, which single outliers do not move. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes: number[] = [];
  for (const [index, [x, y]] of points.entries())
    for (const [laterX, laterY] of points.slice(index + 1))
      if (laterX !== x) slopes.push((laterY - y) / (laterX - x));
  return slopes.length === 0 ? 0 : median(slopes);
}
