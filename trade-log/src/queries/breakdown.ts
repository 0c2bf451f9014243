import { Big, toDecimal, type QueryResult } from '@heliograph/contracts';

interface ClosedTrade {
  readonly name: string;
  readonly entryTime: number;
  readonly exitTime: number;
  readonly pnl: string;
  readonly fees: string;
}

/** What trades brought by their names, the best first. */
export function breakDown(
  trades: Iterable<ClosedTrade>,
): QueryResult<'breakdown'>['rows'][number][] {
  const rows = new Map<
    string,
    { trades: number; wins: number; losses: number; pnl: Big; fees: Big; heldMs: number }
  >();
  for (const { name, pnl, fees, entryTime, exitTime } of trades) {
    const row = rows.get(name) ?? {
      trades: 0,
      wins: 0,
      losses: 0,
      pnl: new Big('0'),
      fees: new Big('0'),
      heldMs: 0,
    };
    rows.set(name, row);
    const result = new Big(pnl);
    row.trades++;
    if (result.gt('0')) row.wins++;
    else if (result.lt('0')) row.losses++;
    row.pnl = row.pnl.plus(result);
    row.fees = row.fees.plus(fees);
    row.heldMs += exitTime - entryTime;
  }
  return [...rows]
    .toSorted(([, a], [, b]) => b.pnl.cmp(a.pnl))
    .map(([name, { trades: count, wins, losses, pnl, fees, heldMs }]) => ({
      name,
      trades: count,
      wins,
      losses,
      pnl: toDecimal(pnl),
      fees: toDecimal(fees),
      averageHoldMs: Math.round(heldMs / count),
    }));
}
