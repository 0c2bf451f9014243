import { Decimal } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { compareRuns } from '../compare/compare-runs.ts';
import { comparisonText } from './comparison-text.ts';

function runThatEndsWith(equity: string) {
  return {
    outcomes: new Map(),
    trades: [],
    realisedPnl: Decimal.parse('0'),
    finalEquity: Decimal.parse(equity),
  };
}

test('what two accounts of different sizes have come to is shown with the difference', () => {
  const comparison = compareRuns(runThatEndsWith('10000'), runThatEndsWith('750.5'));
  const text = comparisonText(comparison, { first: 'large', second: 'small' });
  expect(text).toContain('750.50 instead of 10,000.00: -9,249.50, with what is still held');
});
