import type { MonthReturn } from '@heliograph/trade-log';
import { change } from '../output/format.ts';
import { table, type HtmlColumn } from './html.ts';

interface Year {
  readonly year: number;
  /** By month, 1 to 12. */
  readonly months: ReadonlyMap<number, number>;
  /** All its months, compounded. */
  readonly total: number;
}

const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Monthly returns as a table of years, coloured by how far they lie from 0. */
export function heatmap(returns: readonly MonthReturn[]): string {
  const strongest = Math.max(...returns.map(({ returnRatio }) => Math.abs(returnRatio)));
  const columns: HtmlColumn<Year>[] = [
    { title: 'Year', text: ({ year }) => String(year) },
    ...names.map((title, at) => ({
      title,
      right: true,
      text: ({ months }: Year) => cell(months.get(at + 1)),
      className: ({ months }: Year) => heat(months.get(at + 1), strongest),
    })),
    { title: 'All', right: true, text: ({ total }) => change(total), className: () => 'total' },
  ];
  return table(columns, yearsOf(returns));
}

function yearsOf(returns: readonly MonthReturn[]): Year[] {
  return [...Map.groupBy(returns, ({ year }) => year)].map(([year, months]) => ({
    year,
    months: new Map(months.map(({ month, returnRatio }) => [month, returnRatio])),
    total: months.reduce((product, { returnRatio }) => product * (1 + returnRatio), 1) - 1,
  }));
}

function cell(returnRatio: number | undefined): string {
  return returnRatio === undefined ? '' : change(returnRatio);
}

const shades = 5;

/** `up1` to `up5`, `down1` to `down5`: inline styles are not allowed in the page. */
function heat(returnRatio: number | undefined, strongest: number): string {
  if (returnRatio === undefined || returnRatio === 0) return '';
  const shade = Math.ceil((Math.abs(returnRatio) / strongest) * shades);
  return `${returnRatio > 0 ? 'up' : 'down'}${Math.min(shades, shade)}`;
}
