/** Which candles of a history have been there, in whatever order. */
export interface SeenTimes {
  readonly first: number | undefined;
  readonly last: number | undefined;
  /**
   * Takes note of a candle by the time it opens: `new`, `again` for the same time, `between` for one that is less than a candle from
   * another one.
   */
  add(time: number): 'new' | 'again' | 'between';
  /** From the first that is missing to the next that is there. */
  gaps(): Generator<{ from: number; to: number; candles: number }>;
}

interface Run {
  from: number;
  to: number;
}

export function createSeenTimes(spanMs: number): SeenTimes {
  // Candles by their number, as runs without a hole: a long file has few of them.
  const runs: Run[] = [];
  // How far one is off its number, so that a day may have 23 hours.
  const offsets = new Map<number, number>();
  let origin: number | undefined;

  /** The place of the first run that ends at or behind a number. */
  const find = (number: number): number => {
    const last = runs.at(-1);
    if (!last || last.to < number) return runs.length;
    let [low, high] = [0, runs.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((runs[middle]?.to ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Whether it was not there yet. */
  const note = (number: number): boolean => {
    const at = find(number);
    const [before, here] = [runs[at - 1], runs[at]];
    if (here && here.from <= number) return false;
    const joinsBefore = before?.to === number - 1;
    const joinsHere = here?.from === number + 1;
    if (joinsBefore && joinsHere) {
      before.to = here.to;
      runs.splice(at, 1);
    } else if (joinsBefore) before.to = number;
    else if (joinsHere) here.from = number;
    else runs.splice(at, 0, { from: number, to: number });
    return true;
  };

  const timeOf = (number: number | undefined): number | undefined =>
    number === undefined ? undefined : (origin ?? 0) + number * spanMs + (offsets.get(number) ?? 0);

  return {
    get first() {
      return timeOf(runs[0]?.from);
    },
    get last() {
      return timeOf(runs.at(-1)?.to);
    },
    add(time) {
      origin ??= time;
      const number = Math.round((time - origin) / spanMs);
      const offset = time - origin - number * spanMs;
      if (!note(number)) return (offsets.get(number) ?? 0) === offset ? 'again' : 'between';
      if (offset !== 0) offsets.set(number, offset);
      return 'new';
    },
    *gaps() {
      for (const [at, run] of runs.entries()) {
        const before = runs[at - 1];
        if (!before) continue;
        yield {
          from: (origin ?? 0) + (before.to + 1) * spanMs,
          to: (origin ?? 0) + run.from * spanMs,
          candles: run.from - before.to - 1,
        };
      }
    },
  };
}
