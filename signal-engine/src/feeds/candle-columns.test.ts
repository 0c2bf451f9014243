import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnCount, parseColumns, scanColumns } from './candle-columns.ts';

function scan(line: string): number[] | undefined {
  const bytes = Buffer.from(line);
  const columns = new Float64Array(columnCount);
  return scanColumns(bytes, 0, bytes.length, columns) ? [...columns] : undefined;
}

const plainDecimal = fc.oneof(
  fc.stringMatching(/^\d{1,8}(\.\d{0,7})?$/),
  fc.stringMatching(/^\d{1,15}$/),
  fc.stringMatching(/^\.\d{1,14}$/),
);
const anyNumber = fc.oneof(
  plainDecimal,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const sixOf = (texts: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.array(texts, { minLength: 6, maxLength: 6 });

test('reads plain decimals exactly as Number does', () => {
  fc.assert(
    fc.property(sixOf(plainDecimal), (texts) => {
      expect(scan(texts.join(','))).toEqual(texts.map(Number));
    }),
    { numRuns: 2_000 },
  );
});

test('reads any number exactly as Number does, or leaves it to the thorough reading', () => {
  fc.assert(
    fc.property(sixOf(anyNumber), (texts) => {
      const line = texts.join(',');
      expect(scan(line) ?? parseColumns(line)).toEqual(texts.map(Number));
      expect(parseColumns(line)).toEqual(texts.map(Number));
    }),
  );
});

test.each([
  '1,2,3,4,5',
  '1,2,3,4,5,6,7',
  '1,2,3,4,5,',
  ',2,3,4,5,6',
  '1,2,3,4,5,.',
  '1,2,3,4,5,1.2.3',
  '1,2,3,4,5,-1',
  '1,2,3,4,5,1e5',
  '1,2,3,4,5,12345678901234567890',
  '1,2,3,4,5,0.00000000000000000000001',
  '1,2,3,4,5, 6',
  '',
])('does not decide on %j', (line) => {
  expect(scan(line)).toBeUndefined();
});

test.each(['', ' 1', '1 ', '0x10', 'Infinity', '1_000', '1e', '.', '--1', '+1', 'nan', '٣'])(
  'takes %j for no number',
  (text) => {
    expect(parseColumns(text)).toEqual([Number.NaN]);
  },
);

test('reads signs and exponents', () => {
  expect(parseColumns('-1.5,1e3,2.5E-7')).toEqual([-1.5, 1000, 2.5e-7]);
});
