import type { Performance } from '@heliograph/trade-log';
import { change, count, money, percent } from './format.ts';

/** The figures that people look at first, as labels and texts. */
export function metricLines(metrics: Performance): [label: string, text: string][] {
  const { trades, wins, losses, winRate, profitFactor, expectancy } = metrics;
  const none = 'none';
  return [
    ['Result', `${money(metrics.netPnl)} (${change(metrics.returnRatio)})`],
    ['Final equity', `${money(metrics.finalEquity)}, from ${money(metrics.startCash)}`],
    [
      'Trades',
      `${count(trades)}: ${count(wins)} won, ${count(losses)} lost` +
        (winRate === null ? '' : ` (${percent(winRate)} won)`),
    ],
    ['A trade brings', expectancy === null ? none : money(expectancy)],
    ['Profit factor', profitFactor === null ? none : profitFactor.toFixed(2)],
    [
      'Max. drawdown',
      `${money(metrics.maxDrawdown)} (${percent(metrics.maxDrawdownRatio)})` +
        (metrics.drawdownOf === 'closed-trades' ? ', seen at exits only' : ''),
    ],
    ['Fees', money(metrics.fees)],
  ];
}
