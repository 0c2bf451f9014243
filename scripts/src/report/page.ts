import { count, minute } from '../output/format.ts';
import type { Assets } from './assets.ts';
import { hashOf } from './assets.ts';
import type { ChartData } from './browser/chart-types.ts';
import { cards } from './cards.ts';
import { escaped, scriptJson, section } from './html.ts';
import type { ReportedRun } from './reported-run.ts';
import { sections } from './sections.ts';

/** A run as one HTML page that loads nothing. */
export function reportPage(
  run: ReportedRun,
  {
    charts,
    about,
    assets,
  }: { charts: ChartData; about: Readonly<Record<string, string>>; assets: Assets },
): string {
  const { style, library, script } = assets;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(library)} ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = titleOf(run, charts);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy).replaceAll('&#39;', "'")}">
<title>${escaped(title)} · Heliograph</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="sub">${escaped(periodOf(run))} Simulated: no order was sent.</p>
<p class="sub">Run ${escaped(run.run)}</p>
</header>
<main>
${cards(run.metrics)}${chartSection(charts)}${sections(run, about)}</main>
<footer>
<p>Charts: TradingView Lightweight Charts™, Copyright (c) 2025 TradingView, Inc. <a href="https://www.tradingview.com/" rel="noreferrer">https://www.tradingview.com/</a>, Apache License 2.0.</p>
<p>What happened in a recording says little about what will happen. Times are UTC.</p>
</footer>
<script type="application/json" id="chart-data">${scriptJson(charts)}</script>
<script type="application/json" id="run-data">${scriptJson(run)}</script>
<script>${library}</script>
<script>${script}</script>
</body>
</html>
`;
}

function titleOf({ strategy, breakdown }: ReportedRun, { instruments }: ChartData): string {
  const symbols = instruments.map(({ label }) => label);
  const few = symbols.length > 4 ? `${symbols.length} symbols` : symbols.join(', ');
  const names = strategy ? [strategy.name] : breakdown.strategy.map(({ key }) => key);
  return [names.join(', ') || 'Run', few].filter((part) => part !== '').join(' on ');
}

function periodOf({ metrics, candles, signals }: ReportedRun): string {
  const { startTime, endTime } = metrics;
  const counts = `${count(candles)} candles, ${count(signals)} signals.`;
  if (startTime === null || endTime === null) return counts;
  return `${minute(startTime)} to ${minute(endTime)} UTC, ${counts}`;
}

function chartSection({ instruments }: ChartData): string {
  if (instruments.length === 0) return '';
  const options = instruments.map(({ label }) => `<option>${escaped(label)}</option>`).join('');
  const choice =
    instruments.length > 1
      ? `<label>Symbol <select id="instrument">${options}</select></label>`
      : `<label>${escaped(instruments[0]?.label ?? '')}</label>`;
  const merged = Math.max(...instruments.map(({ candlesPerBar }) => candlesPerBar));
  const note =
    merged > 1
      ? `There are too many candles to draw: up to ${count(merged)} of them are one bar here. Figures are of the candles.`
      : undefined;
  return section(
    'Chart',
    `<div class="tools">${choice}<button type="button" id="whole">Whole run</button></div>
<div id="legend"></div>
<p class="note" id="crowded"></p>
<div id="chart"></div>
<p class="key"><b class="entry">▲ entry</b> · <b class="up">▼ exit, won</b> · <b class="down">▼ exit, lost</b>; short trades the other way round. Below: equity against buy and hold, and drawdown. Scroll or pinch to zoom.</p>
<noscript><p>The chart needs scripts; everything else does not.</p></noscript>`,
    { id: 'charts', note },
  );
}
