import { Big } from '@heliograph/contracts';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { notationOf } from './notation.ts';
import { amount, money, percent, result, share, writeNumbersAs } from './numbers.ts';

afterEach(() => writeNumbersAs('en'));

test.each([
  ['en', ['1,234,567.89', '+1,234.57 USD', '-0.5 USD', '+1.84%', '-0.00123%', '10%', '0%']],
  ['de', ['1.234.567,89', '+1.234,57 USD', '-0,5 USD', '+1,84 %', '-0,00123 %', '10 %', '0 %']],
  ['fr', ['1 234 567,89', '+1 234,57 USD', '-0,5 USD', '+1,84 %', '-0,00123 %', '10 %', '0 %']],
  ['en-IN', ['12,34,567.89', '+1,234.57 USD', '-0.5 USD', '+1.84%', '-0.00123%', '10%', '0%']],
  ['tr', ['1.234.567,89', '+1.234,57 USD', '-0,5 USD', '+%1,84', '-%0,00123', '%10', '%0']],
  ['fa', ['1,234,567.89', '+1,234.57 USD', '−0.5 USD', '+1.84%', '−0.00123%', '10%', '0%']],
  [
    'hi-u-nu-deva',
    ['१२,३४,५६७.८९', '+१,२३४.५७ USD', '-०.५ USD', '+१.८४%', '-०.००१२३%', '१०%', '०%'],
  ],
])('numbers in %s', (locale, expected) => {
  writeNumbersAs(locale);
  const written = [
    amount('1234567.891234'),
    result('1234.567', 'USD'),
    result('-0.5', 'USD'),
    percent(0.0184),
    percent(-0.0000123),
    share(0.1),
    percent(0),
  ];
  expect(written.map((text) => text.replaceAll(/[\u00A0\u202F]/g, ' '))).toEqual(expected);
});

test('no digit of a long number is lost', () => {
  writeNumbersAs('de');
  expect(money('123456789012345678901234567890.12', '')).toBe(
    '123.456.789.012.345.678.901.234.567.890,12',
  );
  expect(amount(`0.${'0'.repeat(150)}12345678`)).toBe(`0,${'0'.repeat(150)}12345678`);
});

const locales = ['en', 'de', 'fr', 'es', 'sv', 'pl', 'pt-BR', 'ja', 'ar-EG', 'fa', 'hi', 'de-CH'];

test('in every language the digits are those of the number', () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 40n });
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 40 }), (value, places) => {
      const text = new Big(`${value}e-${places}`).toFixed();
      for (const locale of locales) {
        const { magnitude } = notationOf(locale);
        expect(magnitude(text).replaceAll(/\D/g, '')).toBe(text.replace('.', ''));
      }
    }),
    { numRuns: 50 },
  );
});
