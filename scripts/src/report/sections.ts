import { reasonCodes } from '@heliograph/contracts';
import type { RunSummary } from '@heliograph/trade-log';
import { count } from '../output/format.ts';
import { drawdownColumns, groupColumns } from '../output/run-text.ts';
import { positionColumns, stateText } from '../output/simulated-run.ts';
import type { Column } from '../output/table.ts';
import { allFigures } from './cards.ts';
import { flatten } from './flatten.ts';
import { heatmap } from './heatmap.ts';
import { escaped, section, table, type HtmlColumn } from './html.ts';
import type { ReportedRun } from './reported-run.ts';
import { mostTrades, tradesTable } from './trades-table.ts';

/** By what, the heading of the column and of the section; from how many groups on it tells something. */
const groupings: readonly (readonly [keyof RunSummary['breakdown'], string, string, number])[] = [
  ['symbol', 'Symbol', 'By symbol', 1],
  ['exitReason', 'Exit by', 'By exit reason', 1],
  ['weekday', 'Weekday', 'By weekday of the exit (UTC)', 1],
  ['side', 'Side', 'By side', 2],
  ['strategy', 'Strategy', 'By strategy', 2],
];

/** Everything below the chart, as far as there is something to tell. */
export function sections(run: ReportedRun, about: Readonly<Record<string, string>>): string {
  const { metrics, monthlyReturns, worstDrawdowns, openPositions, trades } = run;
  const groups = groupings.flatMap(([by, title, heading, least]) =>
    run.breakdown[by].length >= least
      ? [
          section(heading, table(readable(groupColumns(title)), run.breakdown[by]), {
            id: `by-${by}`,
          }),
        ]
      : [],
  );
  const falls =
    worstDrawdowns.length > 0
      ? section('Worst drawdowns', table(readable(drawdownColumns), worstDrawdowns), {
          id: 'drawdowns',
        })
      : '';
  const earlier = trades.length - mostTrades;
  return [
    ...(monthlyReturns.length > 0
      ? [section('Monthly returns', heatmap(monthlyReturns), { id: 'months' })]
      : []),
    skippedSection(run),
    `<div class="columns">\n${groups.join('')}</div>\n`,
    falls,
    ...(openPositions.length > 0
      ? [section('Still open', table(readable(positionColumns), openPositions), { id: 'open' })]
      : []),
    section('All figures', allFigures(metrics), { id: 'figures' }),
    section('Trades', trades.length > 0 ? tradesTable(trades) : '<p>No trade was closed.</p>', {
      id: 'trades',
      note:
        earlier > 0
          ? `The latest ${count(mostTrades)} of ${count(trades.length)}; the JSON has them all. Click on one to see it in the chart.`
          : 'Click on one to see it in the chart.',
    }),
    `<div class="columns">\n${provenance(run, about)}</div>\n`,
  ].join('');
}

type Skipped = readonly [code: string, times: number];

const meanings: ReadonlyMap<string, string> = new Map(Object.entries(reasonCodes));

const skippedColumns: readonly HtmlColumn<Skipped>[] = [
  { title: 'Reason', text: ([code]) => code },
  { title: 'Signals', right: true, text: ([, times]) => count(times) },
  { title: 'Meaning', text: ([code]) => meanings.get(code) ?? '', className: () => 'words' },
];

function skippedSection({ skipped, stateChanges }: ReportedRun): string {
  const rows = Object.entries(skipped).toSorted(([, a], [, b]) => b - a);
  const content = rows.length > 0 ? table(skippedColumns, rows) : '<p>Every signal was traded.</p>';
  const changes = stateChanges.map((change) => `<p>Trading ${escaped(stateText(change))}</p>\n`);
  return section('Skipped signals by reason', `${content}\n${changes.join('')}`, {
    id: 'skipped',
    note: 'Signals that became no order, and why.',
  });
}

const factColumns: readonly HtmlColumn<readonly [string, string]>[] = [
  { title: 'Name', text: ([name]) => name },
  { title: 'Value', text: ([, text]) => text, className: () => 'words' },
];

function provenance(run: ReportedRun, about: Readonly<Record<string, string>>): string {
  const { settings, strategy } = run;
  const facts = Object.entries(about);
  return [
    section('Settings', table(factColumns, flatten(settings)), { id: 'settings' }),
    strategy
      ? section(
          `Strategy ${strategy.name}`,
          table(factColumns, [['version', strategy.version], ...flatten(strategy.params)]),
          { id: 'strategy' },
        )
      : '',
    section('Versions and hashes', table(factColumns, facts), { id: 'about' }),
    section(
      'Data',
      `<p><button type="button" id="download">Download the run as JSON</button></p>\n<p class="note">${escaped(
        'The whole run as it is printed with --json stands in this file, too, in the element run-data.',
      )}</p>`,
      { id: 'data' },
    ),
  ].join('');
}

/** Headings as they are written in a page. */
function readable<Row>(columns: readonly Column<Row>[]): Column<Row>[] {
  return columns.map(({ title, ...column }) => ({
    ...column,
    title: title === 'PNL' ? 'PnL' : title.slice(0, 1) + title.slice(1).toLowerCase(),
  }));
}
