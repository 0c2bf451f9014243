interface Span {
  readonly entryTime: number;
  readonly exitTime: number;
}

/** The share of the time from the first to the last moment in which something was held; times in epoch ms. */
export function timeInMarket(
  trades: readonly Span[],
  {
    openSince,
    firstTime,
    lastTime,
  }: { openSince: readonly number[]; firstTime: number | null; lastTime: number | null },
): number | null {
  if (firstTime === null || lastTime === null || lastTime <= firstTime) return null;
  const open = openSince.map((entryTime) => ({ entryTime, exitTime: lastTime }));
  let heldMs = 0;
  let countedTo = firstTime;
  for (const { entryTime, exitTime } of [...trades, ...open].toSorted(
    (a, b) => a.entryTime - b.entryTime,
  )) {
    const to = Math.min(exitTime, lastTime);
    heldMs += Math.max(0, to - Math.max(entryTime, countedTo));
    countedTo = Math.max(countedTo, to);
  }
  return heldMs / (lastTime - firstTime);
}
