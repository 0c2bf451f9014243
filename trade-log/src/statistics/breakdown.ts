import { Big, toDecimal, toTime, type Decimal } from '@heliograph/contracts';

/** What a breakdown needs of a closed trade. */
export interface BrokenDownTrade {
  readonly symbol: string;
  readonly strategy: string;
  readonly side: string;
  readonly exitReason: string;
  /** Epoch ms. */
  readonly exitTime: number;
  readonly fees: string;
  readonly pnl: string;
  readonly returnRatio: number;
}

/** The closed trades that have something in common. Money in quote currency; losses are below 0. */
export interface TradeGroup {
  readonly key: string;
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly winRate: number;
  /** The sum of their pnl. */
  readonly pnl: Decimal;
  readonly fees: Decimal;
  /** pnl / trades, to 12 places. */
  readonly expectancy: Decimal;
  /** The mean of their returnRatio. */
  readonly expectancyRatio: number;
  /** The sum of pnl > 0 over that of pnl < 0; `null` without losses. */
  readonly profitFactor: number | null;
  readonly bestReturnRatio: number;
  readonly worstReturnRatio: number;
}

export interface Breakdown {
  readonly symbol: readonly TradeGroup[];
  readonly strategy: readonly TradeGroup[];
  readonly exitReason: readonly TradeGroup[];
  readonly side: readonly TradeGroup[];
  /** By the day of the exit, UTC, Monday first. */
  readonly weekday: readonly TradeGroup[];
  /** By the month of the exit, UTC: `2026-01`. */
  readonly month: readonly TradeGroup[];
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The same trades by what they have in common; groups without trades are left out. */
export function breakDown(trades: readonly BrokenDownTrade[]): Breakdown {
  const weekday = groups(trades, ({ exitTime }) => weekdayOf(exitTime));
  return {
    symbol: groups(trades, ({ symbol }) => symbol),
    strategy: groups(trades, ({ strategy }) => strategy),
    exitReason: groups(trades, ({ exitReason }) => exitReason),
    side: groups(trades, ({ side }) => side),
    weekday: weekdays.flatMap((day) => weekday.filter(({ key }) => key === day)),
    month: groups(trades, ({ exitTime }) => toTime(exitTime).slice(0, 7)),
  };
}

function weekdayOf(timeMs: number): string {
  return weekdays[(new Date(timeMs).getUTCDay() + 6) % 7] ?? '';
}

function groups(
  trades: readonly BrokenDownTrade[],
  keyOf: (trade: BrokenDownTrade) => string,
): TradeGroup[] {
  return [...Map.groupBy(trades, keyOf)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => groupOf(key, members));
}

function groupOf(key: string, trades: readonly BrokenDownTrade[]): TradeGroup {
  const pnls = trades.map(({ pnl }) => new Big(pnl));
  const returns = trades.map(({ returnRatio }) => returnRatio);
  const winning = pnls.filter((pnl) => pnl.gt(zero));
  const losing = pnls.filter((pnl) => pnl.lt(zero));
  const pnl = sum(pnls);
  const lost = sum(losing);
  return {
    key,
    trades: trades.length,
    wins: winning.length,
    losses: losing.length,
    winRate: winning.length / trades.length,
    pnl: toDecimal(pnl),
    fees: toDecimal(sum(trades.map(({ fees }) => new Big(fees)))),
    expectancy: toDecimal(pnl.div(String(trades.length)).round(12)),
    expectancyRatio: returns.reduce((total, value) => total + value, 0) / trades.length,
    profitFactor: lost.eq(zero) ? null : Number(sum(winning).toFixed()) / -Number(lost.toFixed()),
    bestReturnRatio: returns.reduce((best, value) => Math.max(best, value), -Infinity),
    worstReturnRatio: returns.reduce((worst, value) => Math.min(worst, value), Infinity),
  };
}

const zero = new Big('0');

function sum(values: readonly Big[]): Big {
  return values.reduce((total, value) => total.plus(value), zero);
}
