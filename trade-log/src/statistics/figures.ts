import type { Metrics } from './statistics.ts';

/** How a figure is to be shown. */
export type FigureKind =
  | 'money'
  | 'ratio'
  | 'change'
  | 'number'
  | 'count'
  | 'span'
  | 'time'
  | 'text';

export const figureGroups = ['Result', 'Risk', 'Trades', 'Costs and use'] as const;

/** What a figure is: for the terminal, the report and docs/statistics.md, which is made from this list. */
export interface Figure {
  readonly group: (typeof figureGroups)[number];
  readonly label: string;
  readonly kind: FigureKind;
  readonly formula: string;
  /** A key of `sources`. */
  readonly source?: keyof typeof sources;
}

export const sources = {
  bt: 'backtesting.py 0.6, `_stats.py`, whose own figures are the reference of the tests',
  kelly:
    'J. Kelly, A New Interpretation of Information Rate, Bell System Technical Journal 35 (1956)',
  pardo: 'R. Pardo, The Evaluation and Optimization of Trading Strategies, 2nd ed., chapter 14',
  perold: 'A. Perold, The Implementation Shortfall, Journal of Portfolio Management 14 (1988)',
  sec: 'US Securities and Exchange Commission, Form N-1A, item 13, portfolio turnover rate',
  sharpe: 'W. Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21 (1994)',
  sortino:
    'F. Sortino and L. Price, Performance Measurement in a Downside Risk Framework, Journal of Investing 3 (1994)',
  sweeney: 'J. Sweeney, Maximum Adverse Excursion (1997)',
  tharp: 'V. Tharp, The Definitive Guide to Position Sizing',
  young: 'T. Young, Calmar Ratio: A Smoother Tool, Futures 20 (1991)',
} as const;

const result = { group: 'Result' } as const;
const risk = { group: 'Risk' } as const;
const trades = { group: 'Trades' } as const;
const costs = { group: 'Costs and use' } as const;

/** Every figure of `metrics`, in the order in which they are shown. */
export const figures: Readonly<Record<keyof Metrics, Figure>> = {
  startTime: { ...result, label: 'From', kind: 'time', formula: 'the first valuation' },
  endTime: { ...result, label: 'To', kind: 'time', formula: 'the last valuation' },
  startCash: { ...result, label: 'Start cash', kind: 'money', formula: 'the setting `cash`' },
  finalEquity: {
    ...result,
    label: 'Final equity',
    kind: 'money',
    formula: 'cash and what is still open, at the last closes',
    source: 'bt',
  },
  peakEquity: {
    ...result,
    label: 'Highest equity',
    kind: 'money',
    formula: 'the highest valuation, the start cash included',
    source: 'bt',
  },
  netPnl: { ...result, label: 'Result', kind: 'money', formula: 'finalEquity - startCash' },
  realisedPnl: {
    ...result,
    label: 'Realised',
    kind: 'money',
    formula: 'the sum of the pnl of the closed trades',
  },
  returnRatio: {
    ...result,
    label: 'Return',
    kind: 'change',
    formula: 'netPnl / startCash',
    source: 'bt',
  },
  annualReturnRatio: {
    ...result,
    label: 'A year (CAGR)',
    kind: 'change',
    formula:
      '(finalEquity / startCash)^(1 / years) - 1, years of 365.25 days from startTime to endTime; none under 28 days',
    source: 'bt',
  },
  buyAndHoldRatio: {
    ...result,
    label: 'Buy and hold',
    kind: 'change',
    formula:
      'the mean over the symbols that may be traded (`risk.symbols`) of last close / first close - 1; no fees',
  },
  annualVolatilityRatio: {
    ...risk,
    label: 'Volatility a year',
    kind: 'ratio',
    formula: 'deviation * sqrt(perYear) of the daily returns (below); none under 20 of them',
    source: 'sharpe',
  },
  sharpe: {
    ...risk,
    label: 'Sharpe',
    kind: 'number',
    formula: 'mean / deviation * sqrt(perYear), risk-free rate 0; none under 20 daily returns',
    source: 'sharpe',
  },
  sortino: {
    ...risk,
    label: 'Sortino',
    kind: 'number',
    formula: 'mean / downsideDeviation * sqrt(perYear), target 0; none under 20 daily returns',
    source: 'sortino',
  },
  calmar: {
    ...risk,
    label: 'Calmar',
    kind: 'number',
    formula: 'annualReturnRatio / maxDrawdownRatio, over the whole run',
    source: 'young',
  },
  maxDrawdown: {
    ...risk,
    label: 'Max. drawdown',
    kind: 'money',
    formula: 'the largest (highest before - equity)',
    source: 'pardo',
  },
  maxDrawdownRatio: {
    ...risk,
    label: 'of its peak',
    kind: 'ratio',
    formula: 'the largest (highest before - equity) / highest before; it may be another fall',
    source: 'bt',
  },
  averageDrawdownRatio: {
    ...risk,
    label: 'Average drawdown',
    kind: 'ratio',
    formula: 'the mean of the deepest ratio of each drawdown',
    source: 'bt',
  },
  longestDrawdownMs: {
    ...risk,
    label: 'Longest drawdown',
    kind: 'span',
    formula:
      'from the last moment at the highest to the first that is as high again, or to the end',
    source: 'bt',
  },
  averageDrawdownMs: {
    ...risk,
    label: 'Average of all',
    kind: 'span',
    formula: 'the mean of that over all drawdowns',
    source: 'bt',
  },
  drawdowns: { ...risk, label: 'Drawdowns', kind: 'count', formula: 'how many there were' },
  drawdownOf: {
    ...risk,
    label: 'Measured on',
    kind: 'text',
    formula:
      '`equity-curve`: a valuation at each candle close, or at each trade of the market where orders are filled from those, or where the log has neither, or not all of them any more, those that the workers wrote down; `closed-trades`: only at exits',
  },
  returns: {
    ...risk,
    label: 'Daily returns',
    kind: 'text',
    formula:
      'from the last valuation of a day to that of the next day that has one (the first day, which begins with the run, has none): count, perYear (365; 252 where weekends are not traded; 52 or 12 for candles of weeks or months), mean, geometricMean, deviation (n - 1), downsideDeviation (sqrt of the mean of min(r, 0)^2)',
    source: 'bt',
  },
  trades: { ...trades, label: 'Closed trades', kind: 'count', formula: 'how many', source: 'bt' },
  wins: { ...trades, label: 'Won', kind: 'count', formula: 'trades with pnl > 0' },
  losses: { ...trades, label: 'Lost', kind: 'count', formula: 'trades with pnl < 0' },
  winRate: {
    ...trades,
    label: 'Win rate',
    kind: 'ratio',
    formula: 'wins / trades',
    source: 'bt',
  },
  profitFactor: {
    ...trades,
    label: 'Profit factor',
    kind: 'number',
    formula: 'grossProfit / -grossLoss',
    source: 'pardo',
  },
  returnProfitFactor: {
    ...trades,
    label: 'Factor of returns',
    kind: 'number',
    formula: 'the sum of returnRatio > 0 over that of returnRatio < 0',
    source: 'bt',
  },
  grossProfit: {
    ...trades,
    label: 'Gross profit',
    kind: 'money',
    formula: 'the sum of pnl > 0',
  },
  grossLoss: { ...trades, label: 'Gross loss', kind: 'money', formula: 'the sum of pnl < 0' },
  expectancy: {
    ...trades,
    label: 'A trade brings',
    kind: 'money',
    formula: 'realisedPnl / trades',
    source: 'pardo',
  },
  expectancyRatio: {
    ...trades,
    label: 'Average return',
    kind: 'change',
    formula: "the mean of returnRatio, a trade's pnl over what its entries cost",
    source: 'bt',
  },
  geometricReturnRatio: {
    ...trades,
    label: 'Geometric return',
    kind: 'change',
    formula: 'the nth root of the product of (1 + returnRatio), less 1',
    source: 'bt',
  },
  averageWin: {
    ...trades,
    label: 'Average win',
    kind: 'money',
    formula: 'grossProfit / wins',
    source: 'pardo',
  },
  averageLoss: {
    ...trades,
    label: 'Average loss',
    kind: 'money',
    formula: 'grossLoss / losses',
    source: 'pardo',
  },
  largestWin: { ...trades, label: 'Largest win', kind: 'money', formula: 'the highest pnl' },
  largestLoss: { ...trades, label: 'Largest loss', kind: 'money', formula: 'the lowest pnl' },
  bestReturnRatio: {
    ...trades,
    label: 'Best trade',
    kind: 'change',
    formula: 'the highest returnRatio',
    source: 'bt',
  },
  worstReturnRatio: {
    ...trades,
    label: 'Worst trade',
    kind: 'change',
    formula: 'the lowest returnRatio',
    source: 'bt',
  },
  longestWinningStreak: {
    ...trades,
    label: 'Won in a row',
    kind: 'count',
    formula: 'the most trades in a row with pnl > 0',
  },
  longestLosingStreak: {
    ...trades,
    label: 'Lost in a row',
    kind: 'count',
    formula: 'the most trades in a row with pnl < 0',
  },
  averageTradeMs: {
    ...trades,
    label: 'Average length',
    kind: 'span',
    formula: 'the mean of exitTime - entryTime',
    source: 'bt',
  },
  longestTradeMs: {
    ...trades,
    label: 'Longest trade',
    kind: 'span',
    formula: 'the longest exitTime - entryTime',
    source: 'bt',
  },
  averageMaeRatio: {
    ...trades,
    label: 'Average MAE',
    kind: 'change',
    formula:
      'the mean of maeRatio: the worst price of the candles at whose closes it was held, or its exit, against its entry price',
    source: 'sweeney',
  },
  averageMfeRatio: {
    ...trades,
    label: 'Average MFE',
    kind: 'change',
    formula: 'the mean of mfeRatio: the best price of them',
    source: 'sweeney',
  },
  sqn: {
    ...trades,
    label: 'SQN',
    kind: 'number',
    formula: 'sqrt(trades) * mean pnl / its deviation (n - 1)',
    source: 'tharp',
  },
  kellyRatio: {
    ...trades,
    label: 'Kelly',
    kind: 'ratio',
    formula: 'winRate - (1 - winRate) / (averageWin / -averageLoss)',
    source: 'kelly',
  },
  exposureRatio: {
    ...costs,
    label: 'Time in market',
    kind: 'ratio',
    formula:
      'valuations at which something is held / all of them; where that is not known the time that trades and open positions cover',
  },
  turnoverRatio: {
    ...costs,
    label: 'Turnover',
    kind: 'number',
    formula: 'the lesser of boughtNotional and soldNotional over the mean equity, of the whole run',
    source: 'sec',
  },
  boughtNotional: {
    ...costs,
    label: 'Bought',
    kind: 'money',
    formula: 'the sum of price * quantity of all fills that bought',
  },
  soldNotional: {
    ...costs,
    label: 'Sold',
    kind: 'money',
    formula: 'the sum of price * quantity of all fills that sold',
  },
  fees: {
    ...costs,
    label: 'Fees of trades',
    kind: 'money',
    formula: 'of the closed trades, entry and exit',
    source: 'bt',
  },
  feesPaid: { ...costs, label: 'All fees', kind: 'money', formula: 'of all fills' },
  slippagePaid: {
    ...costs,
    label: 'Slippage',
    kind: 'money',
    formula:
      'the sum of (price - reference price) * quantity of what was bought, and of the opposite of what was sold; below 0 when better. The reference is the price that the signal saw, of exits that wait for the market the one they wait for; of a trailing stop the price of the tape that triggered it, and where that is not told it counts nothing',
    source: 'perold',
  },
};
