import { expect, test } from 'vitest';
import { createRecent } from './recent.ts';

test('what was set last is remembered, and what is older than so many is not', () => {
  const recent = createRecent<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.set('a', 3);
  recent.set('c', 4);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([3, undefined, 4]);
  recent.delete('a');
  expect(recent.get('a')).toBeUndefined();
});
