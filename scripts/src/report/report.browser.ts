import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser, type BrowserPage } from '../testing/browser.ts';
import { firstCandles, shippedCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';
import { findChromium } from '../testing/find-chromium.ts';

const chromium = findChromium();
const desktop = { width: 1280, height: 1000, deviceScaleFactor: 1, mobile: false };
const phone = { width: 375, height: 800, deviceScaleFactor: 2, mobile: true };

/** A strategy whose texts want to be markup; its name goes into subjects, so it is a plain one. */
const hostileStrategy = `
const hostile = '<img src=http://127.0.0.1:9/x onerror=document.title=1></script><script>document.title=2</script>';
export const strategy = {
  name: 'hostile', version: hostile, params: { safeParse: () => ({ success: true, data: {} }) },
  configure: () => ({
    name: 'hostile', version: '1', params: { [hostile]: hostile }, configHash: 'x',
    needs: { timeframes: [], symbols: [] },
    create: () => ({ onCandle: () => undefined }) }) };`;

describe.skipIf(chromium === undefined)('a report in Chromium', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let page: BrowserPage;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const half = firstCandles(1_000);
    const lines = half.split('\n');
    const doubled = [lines[0], ...lines.slice(1).map((line) => line.replace(/,.*/, twice))];
    await writeFile(join(folder.path, 'BTC_USD-30m.csv'), half);
    await writeFile(join(folder.path, 'ETH_USD-30m.csv'), doubled.join('\n'));
    await writeFile(join(folder.path, 'LTC_USDT-1m.csv.gz'), gzipSync(minutes(50_000)));
    await writeFile(join(folder.path, 'hostile.mjs'), hostileStrategy);
    const none = ['--risk', 'none'];
    await Promise.all([
      report('demo', ['--candles', shippedCandles]),
      report('several', ['--candles', 'BTC_USD-30m.csv', '--candles', 'ETH_USD-30m.csv']),
      report('long', ['--candles', 'LTC_USDT-1m.csv.gz', ...none]),
      report('hostile', ['--candles', shippedCandles, '--strategy', './hostile.mjs']),
    ]);
    page = await openBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await page[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(() => look(desktop, 'light'));

  async function report(name: string, args: readonly string[]): Promise<void> {
    const file = join(folder.path, `${name}.html`);
    const { code, stderr } = await runCli(['backtest', '--quiet', '--report', file, ...args], {
      cwd: folder.path,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }

  async function look(screen: typeof desktop, scheme: 'light' | 'dark'): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await page.send('Emulation.setEmulatedMedia', { features });
    await page.send('Emulation.setDeviceMetricsOverride', screen);
  }

  /** Opens it, and holds that it loads nothing and complains of nothing. */
  async function open(name: string): Promise<void> {
    const address = pathToFileURL(join(folder.path, `${name}.html`)).href;
    const asked = page.requests.length;
    await page.open(address);
    await expect
      .poll(() => page.evaluate('document.getElementById("chart").dataset.drawn'))
      .toBe('true');
    await painted();
    expect(page.requests.slice(asked), 'nothing but the file').toEqual([address]);
    expect(page.complaints).toEqual([]);
  }

  /** Resolves when what has changed is on the screen. */
  const painted = () =>
    page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(1), 100))))',
    );
  const count = (selector: string) =>
    page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
  const markers = async () =>
    Number(await page.evaluate('document.getElementById("chart").dataset.markers'));

  /** The colours that the canvases of a pane show, by how often; the one behind everything left out. */
  const colours = (pane: number) =>
    page.evaluate(`(() => {
      const counts = {};
      for (const canvas of document.querySelectorAll('#chart tr')[${pane * 2}].querySelectorAll('td:nth-child(2) canvas')) {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3] < 255) continue;
          const colour = [data[at], data[at + 1], data[at + 2]].join(' ');
          counts[colour] = (counts[colour] ?? 0) + 1;
        }
      }
      return counts;
    })()`);

  test('shows the candles with entries and exits, the equity and the drawdown', async () => {
    await open('demo');
    expect(await markers(), 'two of each trade').toBe(86);
    expect(await count('#chart canvas')).toBeGreaterThan(6);
    const [up, down, accent, muted] = ['18 128 92', '201 52 45', '31 111 235', '100 112 127'];
    expect(await colours(0), 'candles and arrows').toMatchObject({
      [up ?? '']: expect.any(Number),
      [down ?? '']: expect.any(Number),
      [accent ?? '']: expect.any(Number),
    });
    expect(await colours(1), 'equity and buy and hold').toMatchObject({
      [accent ?? '']: expect.any(Number),
      [muted ?? '']: expect.any(Number),
    });
    expect(await colours(2)).toMatchObject({ [down ?? '']: expect.any(Number) });
  });

  test('has a row for everything there is to tell', async () => {
    await open('demo');
    const rows = async (id: string) => count(`#${id} tbody tr`);
    expect(await rows('trades')).toBe(43);
    expect(await rows('skipped')).toBe(1);
    expect(await rows('by-weekday')).toBe(7);
    expect(await rows('by-symbol')).toBe(1);
    expect(await rows('by-exitReason')).toBe(1);
    expect(await rows('drawdowns')).toBe(10);
    expect(await rows('open')).toBe(1);
    expect(await rows('strategy')).toBe(3);
    expect(await count('#months td[class*="up"], #months td[class*="down"]')).toBe(3);
    expect(await count('.cards > div')).toBe(12);
    const run = await page.evaluate('JSON.parse(document.getElementById("run-data").textContent)');
    expect(run).toMatchObject({ candles: 1968, metrics: { finalEquity: '9972.9152935501504' } });
  });

  test('follows a change to dark', async () => {
    await open('demo');
    await look(desktop, 'dark');
    await painted();
    const background = 'getComputedStyle(document.body).backgroundColor';
    expect(await page.evaluate(background)).toBe('rgb(14, 18, 23)');
    expect(await colours(0), 'the candles, too').toMatchObject({
      '63 182 139': expect.any(Number),
      '240 104 95': expect.any(Number),
    });
    expect(page.complaints).toEqual([]);
  });

  test.for(['demo', 'several', 'long', 'hostile'])(
    'fits a phone without scrolling sideways: %s',
    async (name) => {
      await look(phone, 'light');
      await open(name);
      const wide = await page.evaluate(
        '[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]',
      );
      expect(wide).toEqual([375, 375, 375]);
    },
  );

  test('shows a trade that is clicked on, whatever symbol it is of', async () => {
    await open('several');
    expect(await page.evaluate('document.getElementById("instrument").options.length')).toBe(2);
    const clicked = `(() => {
      const rows = [...document.querySelectorAll('#trades tbody tr')];
      rows.find((row) => row.cells[1].textContent === 'ETH/USD').click();
      return document.getElementById('instrument').value;
    })()`;
    expect(await page.evaluate(clicked)).toBe('ETH/USD');
    await painted();
    expect(await markers(), 'it and its neighbours').toBeGreaterThanOrEqual(2);
    expect(await markers()).toBeLessThan(20);
  });

  test('draws more candles than fit, and leaves out arrows until there is room for them', async () => {
    await open('long');
    expect(await markers()).toBe(0);
    const note = 'document.getElementById("crowded").textContent';
    expect(await page.evaluate(note)).toMatch(/^\d+ trades are in sight: zoom in/);
    const bars =
      'JSON.parse(document.getElementById("chart-data").textContent).instruments[0].times.length';
    expect(await page.evaluate(bars)).toBe(12_500);
    expect(await colours(0)).toMatchObject({ '18 128 92': expect.any(Number) });
  });

  test('takes no text for markup', async () => {
    await open('hostile');
    expect(await count('img')).toBe(0);
    expect(await page.evaluate('document.title')).toBe('hostile on BTC/USD · Heliograph');
  });

  test('hands out the run as a file', async () => {
    await open('demo');
    await page.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: folder.path,
    });
    await page.evaluate('document.getElementById("download").click()');
    const name = 'heliograph-run.json';
    await expect.poll(() => readdir(folder.path)).toContain(name);
    const run: unknown = JSON.parse(await readFile(join(folder.path, name), 'utf8'));
    expect(run).toMatchObject({ candles: 1968, settings: { cash: '10000' } });
  });
});

/** The prices of a line of candles, twice as high. */
function twice(prices: string): string {
  return prices
    .split(',')
    .map((price) => (price === '' ? '' : String(Number(price) * 2)))
    .join(',');
}

/** Minutes that go up and down. */
function minutes(length: number): string {
  const rows = Array.from({ length }, (_, at) => {
    const [open, close] = [wave(at), wave(at + 1)];
    const [low, high] = [open, close].toSorted((a, b) => Number(a) - Number(b));
    return `${1_600_000_020_000 + at * 60_000},${open},${high},${low},${close},1`;
  });
  return ['timestamp,open,high,low,close,volume', ...rows].join('\n');
}

function wave(at: number): string {
  return (1_000 + 50 * Math.sin(at / 40)).toFixed(2);
}
