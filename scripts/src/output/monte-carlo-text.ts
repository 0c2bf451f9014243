import type { MonteCarlo, Percentiles } from '@heliograph/trade-log';
import { count, money, percent } from './format.ts';
import { formatTable, type Column } from './table.ts';

type Line = readonly [label: string, percentiles: Percentiles, text: (value: number) => string];

const columns: readonly Column<Line>[] = [
  { title: 'OF A HUNDRED RUNS', text: ([label]) => label },
  ...(['p5', 'p25', 'p50', 'p75', 'p95'] as const).map((name) => ({
    title: `${name.slice(1)} BELOW`,
    right: true,
    text: ([, percentiles, text]: Line) => text(percentiles[name]),
  })),
];

/** What the same trades might have come to, drawn again by chance. */
export function monteCarloText(drawn: MonteCarlo | undefined): string {
  if (!drawn) return 'Monte Carlo: too few trades to draw from.';
  const { runs, seed, trades, lossRatio, netPnl, maxDrawdownRatio } = drawn;
  const lines: Line[] = [
    ['Result', netPnl, (value) => money(value.toFixed(2))],
    ['Max. drawdown', maxDrawdownRatio, percent],
  ];
  return (
    `Monte Carlo: ${count(runs)} times ${count(trades)} of these trades by chance (seed ${seed}); ` +
    `${percent(lossRatio)} of them lose\n${formatTable(columns, lines)}`
  );
}
