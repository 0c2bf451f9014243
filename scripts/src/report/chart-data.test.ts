import { aCandle } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { chartData } from './chart-data.ts';
import { createChartRecorder } from './chart-recorder.ts';

test.each([
  [100, 0],
  [100.25, 2],
  [0.000_045_17, 8],
  [0.000_000_12, 8],
  [0.000_000_001_234_567, 14],
])('a close of %d is shown to %i decimals', (close, decimals) => {
  const recorder = createChartRecorder();
  recorder.onCandle(aCandle({ at: 0, open: close, high: close, low: close, close }));
  const { instruments } = chartData(recorder.instruments(), { startCash: '1000', trades: [] });
  expect(instruments.map((one) => one.decimals)).toEqual([decimals]);
});

test.each([
  ['10000', 2],
  ['1', 4],
  ['0.001', 7],
])('an account of %s is shown to %i decimals', (startCash, decimals) => {
  const recorder = createChartRecorder();
  recorder.onCandle(aCandle());
  const { instruments } = chartData(recorder.instruments(), { startCash, trades: [] });
  expect(instruments.map((one) => one.moneyDecimals)).toEqual([decimals]);
});
