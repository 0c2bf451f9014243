import { Big, toDecimal, type Decimal } from '@heliograph/contracts';
import { equityHistory, type EquityHistory } from './equity-history.ts';

export interface PerformanceInput {
  /** Quote currency. */
  readonly startCash: string;
  /** Closed trades in the order of their exits. */
  readonly trades: readonly ClosedTrade[];
  /** Cash and what is still open. Default: start cash and the result of the closed trades. */
  readonly finalEquity?: string | undefined;
  /** Equity over time. Without it, drawdowns between exits are not seen. */
  readonly equity?: EquityHistory | undefined;
}

export interface ClosedTrade {
  /** Epoch ms. */
  readonly entryTime: number;
  readonly exitTime: number;
  readonly fees: string;
  /** After fees. */
  readonly pnl: string;
  /** `pnl` over what the entries cost. */
  readonly returnRatio: number;
}

/**
 * What a run came to. Money is a decimal in quote currency, averages to 12 places; losses are below 0. `null` is "not
 * enough data": never NaN, never infinite.
 *
 * Sources: [bt] backtesting.py 0.6, `_stats.py`; [pardo] R. Pardo, The Evaluation and Optimization of Trading
 * Strategies, 2nd ed., chapter 14; [tharp] V. Tharp, The Definitive Guide to Position Sizing.
 */
export interface Performance {
  readonly startCash: Decimal;
  readonly finalEquity: Decimal;
  /** finalEquity - startCash: what is open counts too. */
  readonly netPnl: Decimal;
  /** netPnl / startCash. [bt] "Return" */
  readonly returnRatio: number;
  /** The sum of the closed trades' pnl. */
  readonly realisedPnl: Decimal;
  /** Of the closed trades, entry and exit. [bt] "Commissions" */
  readonly fees: Decimal;
  readonly trades: number;
  /** Trades with pnl > 0. */
  readonly wins: number;
  /** Trades with pnl < 0; one that came out even is neither. */
  readonly losses: number;
  /** wins / trades. [bt] "Win Rate" */
  readonly winRate: number | null;
  /** The sum of all pnl > 0. */
  readonly grossProfit: Decimal;
  /** The sum of all pnl < 0. */
  readonly grossLoss: Decimal;
  /** grossProfit / -grossLoss, so in money. [pardo] */
  readonly profitFactor: number | null;
  /** The sum of returnRatio > 0 over that of returnRatio < 0, so each trade counts the same. [bt] "Profit Factor" */
  readonly returnProfitFactor: number | null;
  /** realisedPnl / trades: what one trade brings. [pardo] "average trade" */
  readonly expectancy: Decimal | null;
  /** The mean of returnRatio. [bt] "Expectancy" */
  readonly expectancyRatio: number | null;
  /** grossProfit / wins. [pardo] */
  readonly averageWin: Decimal | null;
  /** grossLoss / losses. [pardo] */
  readonly averageLoss: Decimal | null;
  readonly largestWin: Decimal | null;
  readonly largestLoss: Decimal | null;
  /** [bt] "Best Trade" */
  readonly bestReturnRatio: number | null;
  /** [bt] "Worst Trade" */
  readonly worstReturnRatio: number | null;
  /** The mean of exitTime - entryTime. [bt] "Avg. Trade Duration" */
  readonly averageTradeMs: number | null;
  /** [bt] "Max. Trade Duration" */
  readonly longestTradeMs: number | null;
  /** System quality number: sqrt(trades) * mean pnl / its sample standard deviation. [tharp], [bt] "SQN" */
  readonly sqn: number | null;
  /** The furthest that equity fell below its highest before, in quote currency. [pardo] */
  readonly maxDrawdown: Decimal;
  /** The largest (highest before - equity) / highest before; it may be another fall. [bt] "Max. Drawdown" */
  readonly maxDrawdownRatio: number;
  /** What the drawdowns are measured on: `closed-trades` sees equity only at exits. */
  readonly drawdownOf: 'equity-curve' | 'closed-trades';
}

const averagePlaces = 12;

export function summarisePerformance(input: PerformanceInput): Performance {
  const { trades } = input;
  const startCash = new Big(input.startCash);
  const pnls = trades.map(({ pnl }) => new Big(pnl));
  const returns = trades.map(({ returnRatio }) => returnRatio);
  const durations = trades.map(({ entryTime, exitTime }) => exitTime - entryTime);
  const winning = pnls.filter((pnl) => pnl.gt(zero));
  const losing = pnls.filter((pnl) => pnl.lt(zero));
  const realisedPnl = sum(pnls);
  const grossProfit = sum(winning);
  const grossLoss = sum(losing);
  const finalEquity =
    input.finalEquity === undefined ? startCash.plus(realisedPnl) : new Big(input.finalEquity);
  const netPnl = finalEquity.minus(startCash);
  return {
    startCash: toDecimal(startCash),
    finalEquity: toDecimal(finalEquity),
    netPnl: toDecimal(netPnl),
    returnRatio: ratio(netPnl, startCash) ?? 0,
    realisedPnl: toDecimal(realisedPnl),
    fees: toDecimal(sum(trades.map(({ fees }) => new Big(fees)))),
    trades: trades.length,
    wins: winning.length,
    losses: losing.length,
    winRate: trades.length > 0 ? winning.length / trades.length : null,
    grossProfit: toDecimal(grossProfit),
    grossLoss: toDecimal(grossLoss),
    profitFactor: ratio(grossProfit, grossLoss.neg()),
    returnProfitFactor: returnProfitFactor(returns),
    expectancy: average(realisedPnl, trades.length),
    expectancyRatio: mean(returns),
    averageWin: average(grossProfit, winning.length),
    averageLoss: average(grossLoss, losing.length),
    largestWin: largest(winning),
    largestLoss: largest(losing),
    bestReturnRatio: extreme(returns, (a, b) => a > b),
    worstReturnRatio: extreme(returns, (a, b) => a < b),
    averageTradeMs: mean(durations),
    longestTradeMs: extreme(durations, (a, b) => a > b),
    sqn: systemQuality(pnls.map(approximate)),
    ...drawdownOf(input.equity ?? equityAtExits(input)),
    drawdownOf: input.equity === undefined ? 'closed-trades' : 'equity-curve',
  };
}

/** The start cash, and after each exit the result of the trades so far. */
export function equityAtExits({
  startCash,
  trades,
}: Pick<PerformanceInput, 'startCash' | 'trades'>): EquityHistory {
  const first = trades[0]?.entryTime;
  const start = first === undefined ? [] : [{ time: first, equity: startCash }];
  let equity = new Big(startCash);
  const exits = trades.map(({ exitTime, pnl }) => {
    equity = equity.plus(pnl);
    return { time: exitTime, equity: equity.toFixed() };
  });
  return equityHistory(startCash, [...start, ...exits]);
}

function drawdownOf({
  drawdowns: { maxDrawdown, maxDrawdownRatio },
}: EquityHistory): Pick<Performance, 'maxDrawdown' | 'maxDrawdownRatio'> {
  return { maxDrawdown, maxDrawdownRatio };
}

const zero = new Big('0');

function sum(values: readonly Big[]): Big {
  return values.reduce((total, value) => total.plus(value), zero);
}

/** For ratios, which are not money. */
function approximate(value: Big): number {
  return Number(value.toFixed());
}

function ratio(numerator: Big, denominator: Big): number | null {
  return denominator.eq(zero) ? null : approximate(numerator) / approximate(denominator);
}

function average(total: Big, count: number): Decimal | null {
  return count > 0 ? toDecimal(total.div(String(count)).round(averagePlaces)) : null;
}

function mean(values: readonly number[]): number | null {
  return values.length > 0 ? addUp(values) / values.length : null;
}

function addUp(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function extreme(
  values: readonly number[],
  beats: (a: number, b: number) => boolean,
): number | null {
  return values.reduce<number | null>(
    (best, value) => (best === null || beats(value, best) ? value : best),
    null,
  );
}

/** The one furthest from zero. */
function largest(values: readonly Big[]): Decimal | null {
  const [first, ...others] = values;
  if (first === undefined) return null;
  return toDecimal(
    others.reduce((best, value) => (value.abs().gt(best.abs()) ? value : best), first),
  );
}

function returnProfitFactor(returns: readonly number[]): number | null {
  const lost = -addUp(returns.filter((value) => value < 0));
  return lost === 0 ? null : addUp(returns.filter((value) => value > 0)) / lost;
}

function systemQuality(pnls: readonly number[]): number | null {
  const middle = mean(pnls);
  if (middle === null || pnls.length < 2) return null;
  const squares = addUp(pnls.map((pnl) => (pnl - middle) ** 2));
  const deviation = Math.sqrt(squares / (pnls.length - 1));
  return deviation === 0 ? null : (Math.sqrt(pnls.length) * middle) / deviation;
}
