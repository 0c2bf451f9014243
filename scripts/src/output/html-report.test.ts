import { summariseRun } from '@heliograph/trade-log';
import { expect, test } from 'vitest';
import { htmlReport } from './html-report.ts';

const run = {
  run: 'paper <b>&"</b>',
  candles: 10,
  signals: 3,
  trades: [],
  openPositions: [],
  ...summariseRun({ startCash: '1000', trades: [] }),
  skipped: { EXPIRED: 2 },
  decisionsHash: 'abc',
  elapsedMs: 1,
};

test('a report shows what was skipped, and nothing of a name is taken for markup', () => {
  const html = htmlReport(run);
  expect(html).toContain('<td>EXPIRED</td><td class="right">2</td>');
  expect(html).toContain('paper &lt;b&gt;&amp;&quot;&lt;/b&gt;');
  expect(html).not.toContain('<b>');
  expect(html).toContain("default-src 'none'");
});
