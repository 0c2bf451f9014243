import { expect, test } from 'vitest';
import { flatten } from './flatten.ts';
import { heatmap } from './heatmap.ts';

test('a month is the darker the further it lies from 0; a year is its months compounded', () => {
  const html = heatmap([
    { year: 2025, month: 12, returnRatio: 0.1 },
    { year: 2026, month: 1, returnRatio: -0.02 },
    { year: 2026, month: 2, returnRatio: 0 },
    { year: 2026, month: 3, returnRatio: 0.05 },
  ]);
  expect(html).toContain('<td class="right up5">+10.00%</td><td class="right total">+10.00%</td>');
  expect(html).toContain(
    '<td>2026</td><td class="right down1">-2.00%</td><td class="right">0.00%</td><td class="right up3">+5.00%</td>',
  );
  expect(html).toContain('<td class="right total">+2.90%</td>');
});

test('nested settings become lines', () => {
  const settings = { cash: '1', risk: { maxPositions: 3 }, list: [{ a: 1 }], none: {}, nil: null };
  expect(flatten(settings)).toEqual([
    ['cash', '1'],
    ['risk.maxPositions', '3'],
    ['list[0].a', '1'],
    ['none', 'none'],
    ['nil', 'null'],
  ]);
});
