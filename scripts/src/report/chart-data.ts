import { exactly } from '@heliograph/contracts';
import { simulatedVenue } from '@heliograph/signal-engine';
import type { MeasuredTrade } from '../output/simulated-run.ts';
import type { ChartData, ChartTrade } from './browser/chart-types.ts';
import type { InstrumentBars } from './chart-recorder.ts';

/** The bars of a run and its trades, ready to be drawn. */
export function chartData(
  instruments: readonly InstrumentBars[],
  { startCash, trades }: { startCash: string; trades: readonly MeasuredTrade[] },
): ChartData {
  const cash = Number(startCash);
  const several = new Set(instruments.map(({ symbol }) => symbol)).size < instruments.length;
  return {
    instruments: instruments
      .filter(({ bars }) => bars.length > 0)
      .map(({ venue, symbol, timeframe, candlesPerBar, bars }) => {
        const times = bars.map(({ openTime }) => Math.floor(openTime / 1000));
        return {
          label: several || venue === simulatedVenue ? `${symbol} ${venue} ${timeframe}` : symbol,
          candlesPerBar,
          decimals: decimalsOf(bars.map(({ close }) => close)),
          times: times.map((time, at) => time - (times[at - 1] ?? 0)),
          open: bars.map(({ open }) => open),
          high: bars.map(({ high }) => high),
          low: bars.map(({ low }) => low),
          close: bars.map(({ close }) => close),
          moneyDecimals: moneyDecimals(cash),
          equity: bars.map(({ equity }) => rounded(Number.isNaN(equity) ? cash : equity)),
          buyAndHold: bars.map(({ buyAndHoldRatio }) => rounded(cash * (1 + buyAndHoldRatio))),
          drawdown: bars.map(({ drawdownRatio }) => -rounded(drawdownRatio * 100)),
          trades: chartTrades(trades, symbol, times),
        };
      }),
  };
}

function chartTrades(
  trades: readonly MeasuredTrade[],
  symbol: string,
  times: readonly number[],
): ChartTrade[] {
  return trades.flatMap((trade, row) =>
    trade.symbol === symbol
      ? [
          {
            row,
            side: trade.side,
            entry: barAt(times, trade.entryTime / 1000),
            exit: barAt(times, trade.exitTime / 1000),
            won: Number(trade.pnl) > 0,
          },
        ]
      : [],
  );
}

/** The last bar that opens at that time or before. */
function barAt(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((times[middle] ?? Infinity) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Enough to see a change of an account by a ten-thousandth: it may be one of bitcoin. */
function moneyDecimals(cash: number): number {
  return Math.min(15, Math.max(2, 4 - Math.floor(Math.log10(cash))));
}

/** Nine digits: nobody sees more of a line. */
function rounded(value: number): number {
  return Number(value.toPrecision(9)) || 0;
}

/** As many as the prices have: eight at most, or six digits of the highest where that is more. */
function decimalsOf(prices: readonly number[]): number {
  // Not by `String`, which writes 0.0000001 as 1e-7.
  const decimals = prices.map((price) => (exactly(price).toFixed().split('.')[1] ?? '').length);
  const highest = prices.reduce((most, price) => Math.max(most, price), 0);
  const enough = highest > 0 ? 5 - Math.floor(Math.log10(highest)) : 0;
  return Math.min(
    Math.max(8, enough),
    decimals.reduce((most, each) => Math.max(most, each), 0),
  );
}
