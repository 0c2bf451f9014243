// The script of a report. It is stripped of its types and stands in the page as it is, so it imports nothing but types;
// the chart library stands before it. What it draws and what it offers to download stands in the page as JSON.
import type {
  BaselineData,
  CandlestickData,
  IChartApi,
  ISeriesApi,
  LineData,
  MouseEventParams,
  PriceFormatBuiltIn,
  SeriesMarker,
  Time,
  UTCTimestamp,
} from 'lightweight-charts';
import type * as Library from 'lightweight-charts';
import type { ChartData, ChartTrade, InstrumentChart } from './chart-types.ts';

declare const LightweightCharts: typeof Library;

interface Drawn {
  readonly chart: IChartApi;
  readonly candles: ISeriesApi<'Candlestick'>;
  readonly equity: ISeriesApi<'Line'>;
  readonly hold: ISeriesApi<'Line'>;
  readonly drawdown: ISeriesApi<'Baseline'>;
  readonly markers: ReturnType<typeof LightweightCharts.createSeriesMarkers<Time>>;
}

/** So many bars a trade are shown around it. */
const marginBars = 40;
/** Where each trade in sight has less room than this, arrows would hide the candles: then there are none. */
const pixelsEach = 8;

const { instruments } = readData('chart-data');
const [firstInstrument] = instruments;
const place = document.getElementById('chart');
if (place && firstInstrument) start(place, firstInstrument);
offerDownload();

function start(element: HTMLElement, first: InstrumentChart): void {
  const drawn = draw(element);
  let shown = first;
  let times = show(drawn, shown);
  const restyle = (): void => {
    style(drawn);
    mark(drawn, shown, times);
  };
  const select = (instrument: InstrumentChart): void => {
    shown = instrument;
    times = show(drawn, shown);
    restyle();
    tell(undefined);
  };
  const tell = (event: MouseEventParams | undefined): void => legend(drawn, shown, event);

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', restyle);
  drawn.chart.timeScale().subscribeVisibleLogicalRangeChange(() => mark(drawn, shown, times));
  drawn.chart.subscribeCrosshairMove(tell);
  const choice = document.querySelector<HTMLSelectElement>('#instrument');
  choice?.addEventListener('change', () => select(instruments[choice.selectedIndex] ?? first));
  document.getElementById('trades')?.addEventListener('click', ({ target }) => {
    const row = target instanceof Element ? target.closest('tr')?.dataset['trade'] : undefined;
    if (row !== undefined) goTo(Number(row));
  });
  document.getElementById('whole')?.addEventListener('click', () => showAll(drawn));
  restyle();
  tell(undefined);
  // For whoever tests the page.
  element.dataset['drawn'] = 'true';

  function goTo(row: number): void {
    const owner = instruments.find(({ trades }) => trades.some((trade) => trade.row === row));
    const trade = owner?.trades.find((each) => each.row === row);
    if (!owner || !trade) return;
    if (owner !== shown) {
      if (choice) choice.selectedIndex = instruments.indexOf(owner);
      select(owner);
    }
    const range = { from: trade.entry - marginBars, to: trade.exit + marginBars };
    drawn.chart.timeScale().setVisibleLogicalRange(range);
    element.scrollIntoView({ behavior: 'smooth', block: 'center' });
  }
}

function draw(element: HTMLElement): Drawn {
  const { createChart, CandlestickSeries, LineSeries, BaselineSeries, createSeriesMarkers } =
    LightweightCharts;
  const chart = createChart(element, {
    autoSize: true,
    layout: { attributionLogo: false, panes: { enableResize: true } },
    timeScale: { timeVisible: true, minBarSpacing: 0.01, rightOffset: 2 },
    handleScroll: { vertTouchDrag: false },
    localization: { locale: 'en' },
  });
  const percent = { type: 'custom', formatter: (value: number) => `${value.toFixed(1)}%` } as const;
  const candles = chart.addSeries(CandlestickSeries, { priceLineVisible: false }, 0);
  const line = { priceLineVisible: false } as const;
  const hold = chart.addSeries(LineSeries, { ...line, lineWidth: 1, title: 'Buy and hold' }, 1);
  const equity = chart.addSeries(LineSeries, { ...line, lineWidth: 2, title: 'Equity' }, 1);
  const drawdown = chart.addSeries(
    BaselineSeries,
    {
      priceLineVisible: false,
      priceFormat: percent,
      lineWidth: 1,
      baseValue: { type: 'price', price: 0 },
    },
    2,
  );
  for (const [at, stretch] of [5, 3, 2].entries()) chart.panes()[at]?.setStretchFactor(stretch);
  return { chart, candles, hold, equity, drawdown, markers: createSeriesMarkers(candles, []) };
}

/** @returns the times of the bars */
function show(drawn: Drawn, instrument: InstrumentChart): UTCTimestamp[] {
  const { open, high, low, close, decimals } = instrument;
  let time = 0;
  const times = instrument.times.map((distance) => (time += distance)).filter(isStamp);
  const series = (
    values: readonly number[],
  ): LineData<UTCTimestamp>[] & BaselineData<UTCTimestamp>[] =>
    times.map((at, index) => ({ time: at, value: values[index] ?? 0 }));
  drawn.candles.applyOptions({ priceFormat: priceFormat(decimals) });
  for (const line of [drawn.hold, drawn.equity])
    line.applyOptions({ priceFormat: priceFormat(instrument.moneyDecimals) });
  drawn.candles.setData(
    times.map((at, index): CandlestickData<UTCTimestamp> => ({
      time: at,
      open: open[index] ?? 0,
      high: high[index] ?? 0,
      low: low[index] ?? 0,
      close: close[index] ?? 0,
    })),
  );
  drawn.equity.setData(series(instrument.equity));
  drawn.hold.setData(series(instrument.buyAndHold));
  drawn.drawdown.setData(series(instrument.drawdown));
  showAll(drawn);
  return times;
}

function showAll({ chart }: Drawn): void {
  chart.timeScale().fitContent();
}

/** Arrows where what is in sight was entered and left, unless there is too much of it. */
function mark(drawn: Drawn, instrument: InstrumentChart, times: readonly UTCTimestamp[]): void {
  const range = drawn.chart.timeScale().getVisibleLogicalRange();
  const [from, to] = range ? [range.from, range.to] : [0, times.length];
  const inSight = instrument.trades.filter(({ entry, exit }) => exit >= from && entry <= to);
  const crowded = inSight.length * pixelsEach > drawn.chart.timeScale().width();
  const shown = crowded ? [] : inSight.flatMap((trade) => arrows(trade, times));
  drawn.markers.setMarkers(shown.toSorted((a, b) => a.time - b.time));
  const note = document.getElementById('crowded');
  if (note)
    note.textContent = crowded
      ? `${inSight.length} trades are in sight: zoom in to see where they were entered and left.`
      : '';
  drawn.chart.chartElement().parentElement?.setAttribute('data-markers', String(shown.length));
}

function arrows(
  { side, entry, exit, won }: ChartTrade,
  times: readonly UTCTimestamp[],
): SeriesMarker<UTCTimestamp>[] {
  const up = { shape: 'arrowUp', position: 'belowBar' } as const;
  const down = { shape: 'arrowDown', position: 'aboveBar' } as const;
  const [entering, leaving] = side === 'long' ? [up, down] : [down, up];
  const [entered, left] = [times[entry], times[exit]];
  if (entered === undefined || left === undefined) return [];
  return [
    { time: entered, ...entering, color: colour('--accent') },
    { time: left, ...leaving, color: colour(won ? '--up' : '--down') },
  ];
}

function style({ chart, candles, equity, hold, drawdown }: Drawn): void {
  const [up, down, accent, muted] = ['--up', '--down', '--accent', '--muted'].map(colour);
  const [text = '', line = '', background = ''] = ['--text', '--line', '--card'].map(colour);
  chart.applyOptions({
    layout: {
      background: { color: background },
      textColor: text,
      panes: { separatorColor: line },
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line },
  });
  if (up === undefined || down === undefined || accent === undefined || muted === undefined) return;
  const wicks = { wickUpColor: up, wickDownColor: down };
  candles.applyOptions({ upColor: up, downColor: down, borderVisible: false, ...wicks });
  equity.applyOptions({ color: accent });
  hold.applyOptions({ color: muted });
  drawdown.applyOptions({
    topLineColor: down,
    bottomLineColor: down,
    bottomFillColor1: `${down}22`,
    bottomFillColor2: `${down}66`,
  });
}

function priceFormat(decimals: number): PriceFormatBuiltIn {
  return { type: 'price', precision: decimals, minMove: 10 ** -decimals };
}

/** What the bar under the pointer says, or the last one. */
function legend(drawn: Drawn, shown: InstrumentChart, event: MouseEventParams | undefined): void {
  const element = document.getElementById('legend');
  const at = event?.logical ?? shown.close.length - 1;
  if (!element || shown.close[at] === undefined) return;
  const price = (values: readonly number[]): string => (values[at] ?? 0).toFixed(shown.decimals);
  const digits = {
    minimumFractionDigits: shown.moneyDecimals,
    maximumFractionDigits: shown.moneyDecimals,
  };
  const money = (values: readonly number[]): string =>
    (values[at] ?? 0).toLocaleString('en', digits);
  element.textContent = [
    `O ${price(shown.open)}  H ${price(shown.high)}  L ${price(shown.low)}  C ${price(shown.close)}`,
    `equity ${money(shown.equity)}`,
    `buy and hold ${money(shown.buyAndHold)}`,
    `drawdown ${(-(shown.drawdown[at] ?? 0)).toFixed(2)}%`,
  ].join('  ·  ');
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function offerDownload(): void {
  const button = document.getElementById('download');
  const json = document.getElementById('run-data')?.textContent ?? '';
  button?.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
    link.download = 'heliograph-run.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

function readData(id: string): ChartData {
  const data: ChartData = JSON.parse(document.getElementById(id)?.textContent ?? '');
  return data;
}

function isStamp(seconds: number): seconds is UTCTimestamp {
  return Number.isInteger(seconds);
}
