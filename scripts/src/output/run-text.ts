import {
  figureGroups,
  figures,
  type Drawdown,
  type Metrics,
  type RunSummary,
  type TradeGroup,
} from '@heliograph/trade-log';
import { figureText, span } from './figure-text.ts';
import { change, count, minute, money, percent } from './format.ts';
import { formatTable, type Column } from './table.ts';

const titles: readonly (readonly [keyof RunSummary['breakdown'], string])[] = [
  ['symbol', 'SYMBOL'],
  ['strategy', 'STRATEGY'],
  ['side', 'SIDE'],
  ['exitReason', 'EXIT'],
  ['weekday', 'WEEKDAY'],
];

/** A run's figures, its worst drawdowns and its trades by what they have in common, for the terminal. */
export function runText({ metrics, worstDrawdowns, breakdown }: RunSummary): string {
  const tables = titles.flatMap(([by, title]) => {
    const groups = breakdown[by];
    return groups.length > 1 ? [formatTable(groupColumns(title), groups)] : [];
  });
  const falls = worstDrawdowns.slice(0, shownDrawdowns);
  return [
    figureColumns(metrics),
    ...(falls.length > 0 ? [formatTable(drawdownColumns, falls)] : []),
    ...tables,
  ].join('\n\n');
}

const shownDrawdowns = 5;

/** Groups of figures, two beside each other. */
function figureColumns(metrics: Metrics): string {
  const names = Object.keys(figures).filter((name): name is keyof Metrics => name in figures);
  const blocks = figureGroups.map((group) => {
    const lines = names
      .filter((name) => figures[name].group === group)
      .map((name) => `${figures[name].label.padEnd(18)}${figureText(metrics, name)}`);
    return [group.toUpperCase(), ...lines];
  });
  const [result = [], risk = [], trades = [], costs = []] = blocks;
  return beside([...result, '', ...risk], [...trades, '', ...costs]);
}

function beside(...columns: readonly (readonly string[])[]): string {
  const widths = columns.map((lines) => Math.max(...lines.map(({ length }) => length)));
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) =>
    columns
      .map((lines, at) => (lines[row] ?? '').padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd(),
  ).join('\n');
}

export const drawdownColumns: readonly Column<Drawdown>[] = [
  { title: 'DRAWDOWN', right: true, text: ({ depthRatio }) => percent(depthRatio) },
  { title: 'MONEY', right: true, text: ({ depth }) => money(depth) },
  { title: 'FROM', text: ({ peakTime }) => minute(peakTime) },
  { title: 'LOWEST', text: ({ troughTime }) => minute(troughTime) },
  {
    title: 'RECOVERED',
    text: ({ recoveryTime }) => (recoveryTime === null ? 'not yet' : minute(recoveryTime)),
  },
  { title: 'TOOK', right: true, text: ({ durationMs }) => span(durationMs) },
];

export function groupColumns(title: string): readonly Column<TradeGroup>[] {
  return [
    { title, text: ({ key }) => key.replaceAll('_', ' ') },
    { title: 'TRADES', right: true, text: ({ trades }) => count(trades) },
    { title: 'WON', right: true, text: ({ winRate }) => percent(winRate) },
    { title: 'PNL', right: true, text: ({ pnl }) => money(pnl) },
    { title: 'A TRADE', right: true, text: ({ expectancy }) => money(expectancy) },
    { title: 'RETURN', right: true, text: ({ expectancyRatio }) => change(expectancyRatio) },
    {
      title: 'FACTOR',
      right: true,
      text: ({ profitFactor }) => (profitFactor === null ? '' : profitFactor.toFixed(2)),
    },
    { title: 'FEES', right: true, text: ({ fees }) => money(fees) },
  ];
}
