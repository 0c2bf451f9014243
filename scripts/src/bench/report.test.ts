import { expect, test } from 'vitest';
import { rowOf } from './measure.ts';
import { benchTable } from './report.ts';

test('shows medians with their spread, the target and whether it is met', () => {
  const rows = [
    rowOf({
      measure: 'latency',
      figure: 'p50',
      unit: 'ms',
      ours: [4, 5.3333, 6],
      floor: [2, 2, 2],
      target: { of: 'ratio', bound: 'at most', limit: 2 },
    }),
    rowOf({
      measure: 'replay',
      figure: 'signals',
      unit: '/s',
      ours: [123_456],
      target: { of: 'value', bound: 'at least', limit: 100_000 },
    }),
  ];
  expect(benchTable(rows)).toBe(
    [
      'MEASURE  FIGURE            OURS  FLOOR       RATIO        TARGET  MET',
      'latency  p50      5.33 (4–6) ms   2 ms  2.67 (2–3)           ≤ 2  no',
      'replay   signals     123,500 /s                     ≥ 100,000 /s  yes',
    ].join('\n'),
  );
});
