import { expect, test } from 'vitest';
import { repeatedName } from './repeated-name.ts';

test.for<[string, string | undefined]>([
  ['{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}', undefined],
  ['{"a": "a", "b": "{\\"b\\": 1, \\"b\\": 2}"}', undefined],
  ['["a", "a", {"a": ["a", "a"]}]', undefined],
  ['{"a": 1, "b": {"c": 2, "d": [1], "c": 2}}', 'c'],
  ['{"a": {"b": 1}, "a" \n: 2}', 'a'],
  ['{"max\\u0050ositions": 1, "maxPositions": 5}', 'maxPositions'],
  ['{"__proto__": 1, "__proto__": 2}', '__proto__'],
  ['5', undefined],
])('%s repeats %s', ([json, name]) => {
  expect(repeatedName(json)).toBe(name);
});
