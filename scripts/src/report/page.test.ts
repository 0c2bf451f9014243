import { createHash } from 'node:crypto';
import { SymbolName } from '@heliograph/contracts';
import { aCandle, someSettings } from '@heliograph/contracts/testing';
import { summariseRun } from '@heliograph/trade-log';
import { expect, test } from 'vitest';
import { readAssets } from './assets.ts';
import { chartData } from './chart-data.ts';
import { createChartRecorder } from './chart-recorder.ts';
import { reportPage } from './page.ts';
import type { ReportedRun } from './reported-run.ts';

const settings = someSettings({
  cash: '1000',
  stake: { kind: 'quote', value: '100' },
});
const hostile = '</script><img src=x onerror=alert(1)>';
const trade = {
  strategy: hostile,
  symbol: SymbolName.parse('BTC/USDT'),
  side: 'long' as const,
  entryTime: Date.UTC(2026, 0, 5, 0, 1),
  entryPrice: '100',
  exitTime: Date.UTC(2026, 0, 5, 0, 3),
  exitPrice: '110',
  quantity: '1',
  fees: '0.21',
  pnl: '9.79',
  returnRatio: 0.0979,
  exitReason: hostile,
  maeRatio: 0,
  mfeRatio: 0.1,
};

function pageOf(change: Partial<ReportedRun> = {}): string {
  const trades = [trade];
  const run = {
    run: hostile,
    candles: 5,
    signals: 3,
    trades,
    openPositions: [],
    ...summariseRun({ startCash: '1000', trades }),
    skipped: { EXPIRED: 2 },
    stateChanges: [{ time: 0, from: 'ACTIVE', to: hostile, reason: hostile, author: hostile }],
    decisionsHash: 'abc',
    elapsedMs: 1,
    settings,
    strategy: { name: hostile, version: hostile, params: { [hostile]: hostile } },
    ...change,
  };
  const recorder = createChartRecorder();
  for (const at of [0, 1, 2, 3, 4]) recorder.onCandle(aCandle({ at, close: 100 + at }));
  const charts = chartData(recorder.instruments(), { startCash: '1000', trades: run.trades });
  return reportPage(run, { charts, about: { [hostile]: hostile }, assets: readAssets() });
}

/** What stands between the tags of the elements that open so. */
function elements(page: string, opening: RegExp): string[] {
  return [...page.matchAll(opening)].map(({ 0: tag, index }) => {
    const from = index + tag.length;
    return page.slice(from, page.indexOf(`</${tag.slice(1).split(/[ >]/)[0]}>`, from));
  });
}

test('nothing of a name is taken for markup, and the page has the scripts that it is meant to have', () => {
  const page = pageOf();
  expect(page.includes('<img')).toBe(false);
  expect(page.includes('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;')).toBe(true);
  expect(page.match(/<script/g)).toHaveLength(4);
  expect(page.match(/<\/script>/g)).toHaveLength(4);
});

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

test('the policy allows exactly the scripts and the style that stand in the page', () => {
  const page = pageOf();
  const [policy = ''] = page.match(/default-src[^"]*/) ?? [];
  const scripts = elements(page, /<script>/g).map(hash);
  expect(scripts).toHaveLength(2);
  expect(policy).toBe(
    `default-src 'none'; script-src ${scripts.join(' ')}; style-src ${elements(page, /<style>/g)
      .map(hash)
      .join('')}; base-uri 'none'; form-action 'none'`,
  );
  expect(page.match(/<[^>]* style="/), 'a style that the policy forbids').toBeNull();
});

test('the run stands in the page as it was printed', () => {
  const [json = ''] = elements(pageOf(), /<script type="application\/json" id="run-data">/g);
  expect(JSON.parse(json)).toMatchObject({
    run: hostile,
    trades: [trade],
    skipped: { EXPIRED: 2 },
  });
});

test('skipped signals stand with what their reason means', () => {
  expect(pageOf()).toContain(
    '<td>EXPIRED</td><td class="right">2</td><td class="words">Its expiry time had come before the order could be sent.</td>',
  );
  expect(pageOf({ skipped: {} })).toContain('Every signal was traded.');
});

test('a run without trades is a page, too', () => {
  const page = pageOf({ trades: [], ...summariseRun({ startCash: '1000', trades: [] }) });
  expect(page.includes('No trade was closed.')).toBe(true);
  expect(page.includes('not enough data')).toBe(true);
  const told = page.slice(0, page.indexOf('<script'));
  expect(told.match(/NaN|Infinity/)).toBeNull();
});

test('the makers of the charts are named as they ask', () => {
  expect(pageOf().includes('TradingView Lightweight Charts™')).toBe(true);
  expect(pageOf().includes('<a href="https://www.tradingview.com/"')).toBe(true);
});

test('a trade is drawn at the bars in which it was entered and left', () => {
  const [json = ''] = elements(pageOf(), /<script type="application\/json" id="chart-data">/g);
  expect(JSON.parse(json)).toMatchObject({
    instruments: [
      {
        label: 'BTC/USDT',
        times: [Date.UTC(2026, 0, 5) / 1000, 60, 60, 60, 60],
        close: [100, 101, 102, 103, 104],
        trades: [{ row: 0, side: 'long', entry: 1, exit: 3, won: true }],
      },
    ],
  });
});
