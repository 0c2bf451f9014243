import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, deterministicId } from './ids.ts';
import { Big } from './units.ts';

const parts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 });

describe('deterministicId', () => {
  test('is the same on every machine and for all time', () => {
    expect(deterministicId()).toBe('4oymiquy7qobjgx36tejs35zeq');
    expect(deterministicId('a', 'b')).toBe('2o75biqyxmqlhsffohsp74s5hc');
  });

  test('is 26 small letters and digits', () => {
    fc.assert(
      fc.property(parts, (list) => {
        expect(deterministicId(...list)).toMatch(/^[a-z2-7]{26}$/);
      }),
    );
  });

  test('is equal exactly when the parts are equal', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const equal = JSON.stringify(a) === JSON.stringify(b);
        expect(deterministicId(...a) === deterministicId(...b)).toBe(equal);
      }),
    );
  });

  test.each([
    [
      ['ab', 'c'],
      ['a', 'bc'],
    ],
    [['a', ''], ['a']],
    [[''], []],
    [['a;1:b'], ['a', 'b']],
    [['1:a;'], ['a']],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [['ä'], ['a\u0308']],
  ])('tells %j from %j', (a, b) => {
    expect(deterministicId(...a)).not.toBe(deterministicId(...b));
  });

  test('uses the whole alphabet evenly', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 2_000; n++)
      for (const letter of deterministicId(String(n)))
        counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect([...counts.keys()].toSorted().join('')).toBe('234567abcdefghijklmnopqrstuvwxyz');
    const expected = (2_000 * 26) / 32;
    for (const count of counts.values()) expect(Math.abs(count / expected - 1)).toBeLessThan(0.15);
  });

  test('does not collide in 50,000 ids', () => {
    const ids = Array.from({ length: 50_000 }, (_, n) => deterministicId('order', String(n)));
    expect(new Set(ids).size).toBe(50_000);
  });
});

describe('canonicalJson', () => {
  test('orders keys at every depth and keeps the order of lists', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 3], a: { f: null, e: 'x' } })).toBe(
      '{"a":{"e":"x","f":null},"b":[{"c":2,"d":1},3]}',
    );
  });

  test('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  test('writes decimals as text', () => {
    expect(canonicalJson({ cash: new Big('1.50') })).toBe('{"cash":"1.5"}');
  });

  test('keeps a key that is named as the prototype is', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
  });

  test('equal values are equal bytes, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

test('both are what earlier versions made of the same, to the byte', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withNullPrototype: true }), (value) => {
      expect(canonicalJson({ value, '10': 1, '9': [value] })).toBe(
        replacedJson({ value, '10': 1, '9': [value] }),
      );
    }),
  );
  expect(deterministicId('order', 'paper', 'ü€😀')).toBe('ywpfemxhr355bfpufj7dnl5v2z');
});

/** As it was written first: slower, and plain to see. */
function replacedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, reversed(inner)])
      .toReversed(),
  );
}
