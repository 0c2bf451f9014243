import { expect, test } from 'vitest';
import { parseJsonText } from './json-text.ts';

test.for([
  '{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}',
  '{"a": "a", "b": "{\\"b\\": 1, \\"b\\": 2}"}',
  '["a", "a", {"a": ["a", "a"]}]',
  '5',
])('%s says nothing twice', (json) => {
  expect(parseJsonText(json, '')).toEqual(JSON.parse(json));
});

test.for([
  ['{"a": 1, "b": {"c": 2, "d": [1], "c": 2}}', 'c'],
  ['{"a": {"b": 1}, "a" \n: 2}', 'a'],
  ['{"max\\u0050ositions": 1, "maxPositions": 5}', 'maxPositions'],
  ['{"__proto__": 1, "__proto__": 2}', '__proto__'],
] as const)('%s repeats %s', ([json, name]) => {
  expect(() => parseJsonText(json, 'some.json')).toThrow(`some.json: ${name} is there twice`);
});

test('the mark that some editors put in front of a text is none of it', () => {
  expect(parseJsonText('\uFEFF{"a": 1}', '')).toEqual({ a: 1 });
});
