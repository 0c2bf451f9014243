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

/** Epoch ms, `to` excluded. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Closed {
  readonly exitTime: number;
  readonly pnl: string;
  readonly fees: string;
}

const dayMs = 86_400_000;
const zero = new Big('0');

/**
 * The latest so many periods in which trades were closed, the latest first. No more trades are read than these and the
 * one before them have.
 * @param trades as they were written down, the latest first. A venue may tell of an exit after later ones: one that comes
 * not more than a period late counts where it belongs
 */
export function profitByPeriod(
  trades: Iterable<Closed>,
  { period, limit }: { readonly period: Period; readonly limit: number },
): Profit[] {
  const held = new Map<number, { span: Span; trades: Closed[] }>();
  let current: { span: Span; trades: Closed[] } | undefined;
  for (const trade of trades) {
    const { exitTime } = trade;
    if (!current || exitTime < current.span.from || exitTime >= current.span.to) {
      const span = periodOf(exitTime, period);
      current = held.get(span.from) ?? { span, trades: [] };
      held.set(span.from, current);
      if (held.size > limit + 1) break;
    }
    current.trades.push(trade);
  }
  return [...held.values()]
    .toSorted((a, b) => b.span.from - a.span.from)
    .slice(0, limit)
    .map((one) => sum(one.span, one.trades));
}

function sum({ from, to }: Span, trades: readonly Closed[]): Profit {
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
export function periodOf(ms: number, period: Period): Span {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (period === 'month')
    return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) };
  const day = Date.UTC(year, month, date.getUTCDate());
  if (period === 'day') return { from: day, to: day + dayMs };
  const monday = day - ((date.getUTCDay() + 6) % 7) * dayMs;
  return { from: monday, to: monday + 7 * dayMs };
}
