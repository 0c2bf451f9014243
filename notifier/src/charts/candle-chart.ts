import type { EChartsCoreOption } from 'echarts/core';
import type { QueryResult } from '@heliograph/contracts';
import { moment } from '../messages/times.ts';
import { axis, colours, frame } from './theme.ts';

/** Candles with the fills of a portfolio: a triangle that points up for what was bought, down for what was sold. */
export function candleChart({
  portfolio,
  symbol,
  timeframe,
  candles,
  fills,
}: QueryResult<'chart'>): EChartsCoreOption {
  const times = candles.map(([time]) => time);
  return {
    ...frame(`${symbol} ${timeframe}`, portfolio),
    xAxis: { ...axis, type: 'category', data: times.map(moment), boundaryGap: true },
    yAxis: { ...axis, type: 'value', scale: true, position: 'right' },
    series: [
      {
        type: 'candlestick',
        data: candles.map(([, open, high, low, close]) => [open, close, low, high]),
        itemStyle: {
          color: colours.up,
          color0: colours.down,
          borderColor: colours.up,
          borderColor0: colours.down,
        },
        z: 2,
      },
      marks('buy', fills, times),
      marks('sell', fills, times),
    ],
  };
}

function marks(
  side: 'buy' | 'sell',
  fills: QueryResult<'chart'>['fills'],
  times: readonly string[],
): object {
  return {
    type: 'scatter',
    symbol: 'triangle',
    symbolRotate: side === 'buy' ? 0 : 180,
    symbolSize: 14,
    itemStyle: { color: side === 'buy' ? colours.bought : colours.sold, borderColor: '#fff' },
    data: fills
      .filter((fill) => fill.side === side)
      .map(({ time, price }) => [candleAt(time, times), Number(price)]),
    z: 3,
  };
}

/** The candle in which something happened: the first that closes no sooner. */
function candleAt(time: string, closes: readonly string[]): number {
  const at = closes.findIndex((close) => close >= time);
  return at === -1 ? closes.length - 1 : at;
}
