import { writeFile } from 'node:fs/promises';
import { UserError, type PortfolioSettings } from '@heliograph/contracts';
import { count, minute, money } from './format.ts';
import { metricLines } from './metrics.ts';
import type { SimulatedRunJson } from './simulated-run.ts';
import type { Column } from './table.ts';
import { tradeColumns } from './trade-columns.ts';

/** A run with whatever else explains it. */
interface ReportedRun extends SimulatedRunJson {
  readonly settings?: PortfolioSettings;
  readonly strategy?: object;
}

/**
 * Writes a run as one HTML file that loads nothing: figures, equity after each closed trade, skipped signals by reason,
 * trades, settings, and the run's JSON.
 * @throws UserError with exit code 1 when the file cannot be written
 */
export async function writeReport(path: string, run: ReportedRun): Promise<void> {
  await writeFile(path, htmlReport(run)).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`the report cannot be written: ${reason}`, { exitCode: 1, cause });
  });
}

export function htmlReport(run: ReportedRun): string {
  const skipped = Object.entries(run.skipped);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Heliograph: ${escaped(run.run)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(run.run)}</h1>
<p>${count(run.candles)} candles, ${count(run.signals)} signals. Simulated: no order was sent.</p>
<dl>${metricLines(run.metrics)
    .map(([label, text]) => `<div><dt>${escaped(label)}</dt><dd>${escaped(text)}</dd></div>`)
    .join('')}</dl>
<h2>Equity after each closed trade</h2>
${equityCurve(run)}
${skipped.length === 0 ? '' : `<h2>Skipped signals</h2>\n${table(skippedColumns, skipped)}`}
<h2>Trades</h2>
${table(tradeColumns, run.trades)}
<h2>Everything</h2>
<p>Decisions <code>${run.decisionsHash}</code></p>
<details><summary>JSON</summary><pre>${escaped(JSON.stringify(run, null, 1))}</pre></details>
</body>
</html>
`;
}

const skippedColumns: readonly Column<[string, number]>[] = [
  { title: 'REASON', text: ([code]) => code },
  { title: 'SIGNALS', right: true, text: ([, times]) => count(times) },
];

const width = 900;
const height = 240;

function equityCurve({ trades, metrics }: SimulatedRunJson): string {
  let equity = Number(metrics.startCash);
  const values = [equity, ...trades.map(({ pnl }) => (equity += Number(pnl)))];
  if (values.length < 2) return '<p>No trade was closed.</p>';
  const lowest = Math.min(...values);
  const span = Math.max(...values) - lowest || 1;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * width;
    const y = height - ((value - lowest) / span) * height;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const first = trades[0];
  const last = trades.at(-1);
  const period = first && last ? `${minute(first.exitTime)} to ${minute(last.exitTime)} UTC` : '';
  return `<svg viewBox="0 -4 ${width} ${height + 8}" role="img" aria-label="equity"><polyline points="${points.join(' ')}"/></svg>
<p>${money(lowest.toFixed(2))} to ${money((lowest + span).toFixed(2))}, ${period}</p>`;
}

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cell = (tag: string, { right }: Column<Row>, text: string): string =>
    `<${tag}${right ? ' class="right"' : ''}>${escaped(text)}</${tag}>`;
  const head = columns.map((column) => cell('th', column, column.title)).join('');
  const body = rows.map(
    (row) => `<tr>${columns.map((column) => cell('td', column, column.text(row))).join('')}</tr>`,
  );
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.2rem; word-break: break-all; }
h2 { font-size: 1rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .75rem; }
dl div { border: 1px solid #8886; border-radius: .4rem; padding: .5rem .75rem; }
dt { opacity: .7; font-size: .85rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; }
polyline { fill: none; stroke: #2a7de1; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { text-align: left; padding: .15rem .6rem; white-space: nowrap; border-bottom: 1px solid #8883; }
.right { text-align: right; }
pre { overflow-x: auto; font-size: .75rem; }
`;
