import { formatTable, type Column } from '../output/table.ts';
import type { Row, Target } from './measure.ts';
import type { Spread } from './statistics.ts';

/** The figures as a table for people: medians over the rounds, the smallest and the largest in brackets. */
export function benchTable(rows: readonly Row[]): string {
  return formatTable(columns, rows);
}

const columns: readonly Column<Row>[] = [
  { title: 'MEASURE', text: ({ measure }) => measure },
  { title: 'FIGURE', text: ({ figure }) => figure },
  { title: 'OURS', right: true, text: ({ ours, unit }) => withUnit(ours, unit) },
  { title: 'FLOOR', right: true, text: ({ floor, unit }) => (floor ? withUnit(floor, unit) : '') },
  { title: 'RATIO', right: true, text: ({ ratio }) => (ratio ? spread(ratio) : '') },
  {
    title: 'TARGET',
    right: true,
    text: ({ target, unit }) => (target ? targetText(target, unit) : ''),
  },
  { title: 'MET', text: ({ met }) => (met === undefined ? '' : met ? 'yes' : 'no') },
];

function withUnit(values: Spread, unit: string): string {
  return `${spread(values)} ${unit}`;
}

function spread({ median, min, max }: Spread): string {
  const middle = figure(median);
  return min === max ? middle : `${middle} (${figure(min)}–${figure(max)})`;
}

function targetText({ of, bound, limit }: Target, unit: string): string {
  const sign = bound === 'at most' ? '≤' : '≥';
  return `${sign} ${figure(limit)}${of === 'ratio' ? '' : ` ${unit}`}`;
}

/** Three digits that mean something. */
function figure(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: value >= 1_000 ? 4 : 3 });
}
