import { summarisePerformance } from '@heliograph/trade-log';
import { expect, test } from 'vitest';
import { metricLines } from './metrics.ts';

test('a drawdown that is only seen at exits says so: performance knows what was between', () => {
  const lines = new Map(metricLines(summarisePerformance({ startCash: '1000', trades: [] })));
  expect(lines.get('Max. drawdown')).toBe('0.00 (0.00%), seen at exits only');
});
