import { Big } from '@heliograph/contracts';
import type { Candidate, Figure, FoldResult, OutOfSampleTotals } from '../grid/search.ts';
import type { JobResult } from '../grid/job.ts';
import type { Window } from '../grid/windows.ts';
import { change, count, minute, money, percent } from './format.ts';
import { formatFacts, formatTable, type Column } from './table.ts';

const resultColumns: readonly Column<JobResult>[] = [
  { title: 'RESULT', right: true, text: ({ metrics }) => money(metrics.netPnl) },
  { title: 'RETURN', right: true, text: ({ metrics }) => change(metrics.returnRatio) },
  {
    title: 'DRAWDOWN',
    right: true,
    text: ({ metrics }) => percent(metrics.maxDrawdownRatio),
  },
  { title: 'TRADES', right: true, text: ({ metrics }) => count(metrics.trades) },
  {
    title: 'WON',
    right: true,
    text: ({ metrics }) => (metrics.winRate === null ? '' : percent(metrics.winRate)),
  },
  {
    title: 'PROFIT FACTOR',
    right: true,
    text: ({ metrics }) => metrics.profitFactor?.toFixed(2) ?? '',
  },
  { title: 'SQN', right: true, text: ({ metrics }) => metrics.sqn?.toFixed(2) ?? '' },
];

/** The best combinations of each part, and apart from them what the best came to where it had not been chosen. */
export function gridText(
  folds: readonly FoldResult[],
  { by, limit, totals }: { by: Figure; limit: number; totals: OutOfSampleTotals },
): string {
  const [only] = folds;
  if (folds.length === 1 && only) return oneFold(only, by, limit);
  const columns: Column<FoldResult>[] = [
    { title: 'CHOSEN ON', text: ({ inSample }) => spanOf(inSample) },
    { title: 'BEST', text: ({ ranking }) => ranking[0]?.params.join(' ') ?? '' },
    { title: 'RESULT', right: true, text: ({ ranking }) => resultOf(ranking[0]?.inSample) },
    { title: 'TRIED ON', text: ({ outOfSample }) => (outOfSample ? spanOf(outOfSample) : '') },
    { title: 'RESULT', right: true, text: (fold) => resultOf(fold.outOfSampleResult) },
    {
      title: 'TRADES',
      right: true,
      text: ({ outOfSampleResult }) =>
        outOfSampleResult ? count(outOfSampleResult.metrics.trades) : '',
    },
  ];
  return `Walk forward, the best by ${by}\n\n${formatTable(columns, folds)}\n\n${totalsText(totals)}`;
}

function oneFold(fold: FoldResult, by: Figure, limit: number): string {
  const { inSample, outOfSample, outOfSampleResult, ranking } = fold;
  const columns: Column<Candidate>[] = [
    { title: 'PARAMETERS', text: ({ params }) => params.join(' ') },
    ...resultColumns.map(({ text, ...column }) => ({
      ...column,
      text: (candidate: Candidate) => text(candidate.inSample),
    })),
  ];
  const rest = ranking.length - limit;
  const parts = [
    `In sample, ${spanOf(inSample)}, the best by ${by}`,
    formatTable(columns, ranking.slice(0, limit)),
    ...(rest > 0 ? [`${count(rest)} more: see --limit`] : []),
  ];
  if (outOfSample && outOfSampleResult)
    parts.push(
      `Out of sample, ${spanOf(outOfSample)}: ${ranking[0]?.params.join(' ')}`,
      formatTable(resultColumns, [outOfSampleResult]),
    );
  else
    parts.push(
      'Chosen on all of it: this says nothing about candles it has not seen (--keep-back 30%, --walk-forward 5).',
    );
  return parts.join('\n\n');
}

function totalsText({ folds, profitable, trades, netPnl }: OutOfSampleTotals): string {
  return formatFacts([
    ['Out of sample', `${signed(netPnl)} with ${count(trades)} trades`],
    ['Folds', `${count(profitable)} of ${count(folds)} won`],
  ]);
}

function spanOf({ from, to }: Window): string {
  return `${minute(from)} to ${minute(to)}`;
}

function resultOf(result: JobResult | undefined): string {
  return result ? signed(result.metrics.netPnl) : '';
}

function signed(value: string): string {
  return `${new Big(value).gt('0') ? '+' : ''}${money(value)}`;
}
