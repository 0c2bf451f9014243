import { expect, test } from 'vitest';
import { firstDifference } from './difference.ts';

const incident = (detail: string) => ({
  type: 'incident_reported',
  data: { kind: 'UNPROTECTED', detail, orderId: detail },
});
const earlier = incident('lost 1 times');
const today = incident('lost once');

test('by the same rules every word is the same', () => {
  expect(firstDifference(earlier, today)).toEqual({
    path: 'data.detail',
    recorded: 'lost 1 times',
    derived: 'lost once',
  });
});

test('by other rules ids and words for people may be others, and nothing else', () => {
  expect(firstDifference(earlier, today, { byOtherRules: true })).toBeUndefined();
  const other = { ...today, data: { ...today.data, kind: 'OVERFILL' } };
  expect(firstDifference(earlier, other, { byOtherRules: true })).toMatchObject({
    path: 'data.kind',
  });
});
