import type { EChartsCoreOption } from 'echarts/core';
import type { QueryResult } from '@heliograph/contracts';
import { moment } from '../messages/times.ts';
import { axis, colours, frame } from './theme.ts';

/** What a portfolio was worth, valuation by valuation. */
export function equityChart({
  portfolio,
  currency,
  points,
}: QueryResult<'equity'>): EChartsCoreOption {
  const isUp = Number(points.at(-1)?.[1] ?? 0) >= Number(points[0]?.[1] ?? 0);
  const color = isUp ? colours.up : colours.down;
  return {
    ...frame(`Equity in ${currency}`, portfolio),
    xAxis: {
      ...axis,
      type: 'category',
      data: points.map(([time]) => moment(time)),
      boundaryGap: false,
    },
    yAxis: { ...axis, type: 'value', scale: true, position: 'right' },
    series: [
      {
        type: 'line',
        data: points.map(([, equity]) => Number(equity)),
        showSymbol: false,
        lineStyle: { color, width: 3 },
        areaStyle: { color, opacity: 0.15 },
      },
    ],
  };
}
