import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Big } from '@heliograph/contracts';
import { amount, count, money, percent, readable, result, share, things } from './numbers.ts';

test('amounts keep every digit that tells prices apart', () => {
  expect(amount('64210.50')).toBe('64,210.5');
  expect(amount('0.00001099')).toBe('0.00001099');
  expect(amount('1234567.891234')).toBe('1,234,567.89');
  expect(amount('828.713333333333333333333333')).toBe('828.71333');
  expect(amount('1000')).toBe('1,000');
  expect(amount('0')).toBe('0');
});

test('money is told to the cent, and finer below one', () => {
  expect(money('10023.456789', 'USD')).toBe('10,023.46 USD');
  expect(money('0.96315', 'USD')).toBe('0.963 USD');
  expect(money('0.00000012345', 'BTC')).toBe('0.000000123 BTC');
  expect(money('17.70', '')).toBe('17.7');
});

test('results carry their sign', () => {
  expect(result('17.674', 'USD')).toBe('+17.67 USD');
  expect(result('-0.5', 'USD')).toBe('-0.5 USD');
  expect(result('0', 'USD')).toBe('0 USD');
  expect(percent(0.0184)).toBe('+1.84%');
  expect(percent(-0.0000123)).toBe('-0.00123%');
  expect(percent(0)).toBe('0%');
});

test('parts and plain numbers carry none', () => {
  expect([0.1, 1, 0.125, 0.00012].map(share)).toEqual(['10%', '100%', '12.5%', '0.012%']);
  expect([5, 1_968, 2.5, 1e-7].map(count)).toEqual(['5', '1,968', '2.5', '0.0000001']);
});

test('one thing is no things', () => {
  expect([0, 1, 2, 1_968].map((value) => things(value, 'trade'))).toEqual([
    '0 trades',
    '1 trade',
    '2 trades',
    '1,968 trades',
  ]);
});

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 40 }))
  .map(([digits, places]) => new Big(`${digits}e-${places}`));

test('a shown number is its value rounded, never another one', () => {
  fc.assert(
    fc.property(decimals, fc.integer({ min: 1, max: 12 }), (value, significantDigits) => {
      const shown = readable(value, significantDigits);
      const [whole = '', fraction = ''] = shown.split('.');
      expect(whole).toMatch(/^-?\d{1,3}(,\d{3})*$/);
      expect(fraction).not.toMatch(/0$/);

      const read = new Big(shown.replaceAll(',', ''));
      const places = Math.max(2, significantDigits - 1 - value.e);
      expect(
        read
          .minus(value)
          .abs()
          .lte(new Big(`5e-${places + 1}`)),
      ).toBe(true);
      expect(read.eq('0'), 'only nothing is shown as nothing').toBe(value.eq('0'));
      expect(shown.startsWith('-')).toBe(value.lt('0'));
    }),
  );
});
