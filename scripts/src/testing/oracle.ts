import { Big } from '@heliograph/contracts';

export interface OracleTrade {
  readonly entryTime: number;
  readonly entryPrice: string;
  readonly exitTime: number;
  readonly exitPrice: string;
  readonly quantity: string;
  readonly pnl: string;
}

interface Row {
  readonly time: number;
  readonly open: string;
  readonly close: string;
}

const fast = 10;
const slow = 30;

/**
 * The trades of `sma-cross` by the plainest program that keeps the convention: averages summed anew at each close in
 * exact decimals, the sign carried over ties, a fill at the next open, a fee a side. A second opinion that shares no
 * code with the engine or the execution.
 */
export function oracleTrades(
  csv: string,
  { stake, lotSize, feeRate }: { stake: string; lotSize: string; feeRate: string },
): OracleTrade[] {
  const rows = csv.trim().split('\n').slice(1).map(rowOf);
  const trades: OracleTrade[] = [];
  let entry: { row: Row; quantity: Big } | undefined;
  let carried = 0;
  for (const at of rows.keys()) {
    const sign = (at >= slow - 1 && signAt(rows, at)) || carried;
    const crossed = carried !== 0 && sign !== carried;
    carried = sign;
    const next = rows[at + 1];
    if (!crossed || !next) continue;
    if (sign > 0 && !entry) {
      const lots = new Big(stake).div(new Big(next.open).times(lotSize)).round(0, Big.roundDown);
      entry = { row: next, quantity: lots.times(lotSize) };
    } else if (sign < 0 && entry) {
      trades.push(tradeOf(entry, next, feeRate));
      entry = undefined;
    }
  }
  return trades;
}

function rowOf(line: string): Row {
  const [time = '', open = '', , , close = ''] = line.split(',');
  return { time: Number(time), open, close };
}

/** The sign of the difference of the averages: 3 * (sum of 10) against (sum of 30). */
function signAt(rows: readonly Row[], at: number): number {
  const sum = (count: number): Big =>
    rows
      .slice(at + 1 - count, at + 1)
      .reduce((total, { close }) => total.plus(close), new Big('0'));
  return sum(fast)
    .times(String(slow / fast))
    .cmp(sum(slow));
}

function tradeOf(entry: { row: Row; quantity: Big }, exit: Row, feeRate: string): OracleTrade {
  const { row, quantity } = entry;
  const gain = quantity.times(new Big(exit.open).minus(row.open));
  const fees = quantity.times(new Big(exit.open).plus(row.open)).times(feeRate);
  return {
    entryTime: row.time,
    entryPrice: new Big(row.open).toFixed(),
    exitTime: exit.time,
    exitPrice: new Big(exit.open).toFixed(),
    quantity: quantity.toFixed(),
    pnl: gain.minus(fees).toFixed(),
  };
}
