import { Big, toDecimal, type Decimal } from '@heliograph/contracts';

export type Period = 'day' | 'week' | 'month';

/** What closed trades brought in one day, week or month, in UTC. */
export interface Profit {
  /** Epoch ms of the first moment, and of the first one after it. */
  readonly from: number;
  readonly to: number;
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly pnl: Decimal;
  readonly fees: Decimal;
}

interface Closed {
  readonly exitTime: number;
  readonly pnl: string;
  readonly fees: string;
}

const dayMs = 86_400_000;
const zero = new Big('0');

/**
 * The latest so many periods in which trades were closed, the latest first. No more trades are read than these have.
 * @param trades by their exits, the latest first
 */
export function profitByPeriod(
  trades: Iterable<Closed>,
  { period, limit }: { readonly period: Period; readonly limit: number },
): Profit[] {
  const profits: Profit[] = [];
  let span = { from: Infinity, to: Infinity };
  let held: Closed[] = [];
  const close = (): void => {
    if (held.length > 0) profits.push(sum(span, held));
    held = [];
  };
  for (const trade of trades) {
    if (trade.exitTime < span.from || trade.exitTime >= span.to) {
      close();
      if (profits.length === limit) return profits;
      span = periodOf(trade.exitTime, period);
    }
    held.push(trade);
  }
  close();
  return profits;
}

function sum({ from, to }: { from: number; to: number }, trades: readonly Closed[]): Profit {
  let [pnl, fees] = [zero, zero];
  let [wins, losses] = [0, 0];
  for (const trade of trades) {
    const result = new Big(trade.pnl);
    if (result.gt(zero)) wins++;
    else if (result.lt(zero)) losses++;
    pnl = pnl.plus(result);
    fees = fees.plus(new Big(trade.fees));
  }
  const [total, paid] = [toDecimal(pnl), toDecimal(fees)];
  return { from, to, trades: trades.length, wins, losses, pnl: total, fees: paid };
}

/** The period that a moment lies in. Weeks begin on Monday. */
export function periodOf(ms: number, period: Period): { from: number; to: number } {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (period === 'month')
    return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) };
  const day = Date.UTC(year, month, date.getUTCDate());
  if (period === 'day') return { from: day, to: day + dayMs };
  const monday = day - ((date.getUTCDay() + 6) % 7) * dayMs;
  return { from: monday, to: monday + 7 * dayMs };
}
