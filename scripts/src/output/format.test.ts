import { describe, expect, test } from 'vitest';
import { amount, change, count, duration, minute, money, percent } from './format.ts';

describe('figures for people', () => {
  test.for([
    [money('1234567.891'), '1,234,567.89'],
    [money('-1234.5'), '-1,234.50'],
    [money('-123'), '-123.00'],
    [money('0.1'), '0.10'],
    [money('-0.05'), '-0.05'],
    [money('0.0000123456'), '0.0000123'],
    [money('-0.000000009999'), '-0.00000001'],
    [money('0'), '0.00'],
    [amount('0.123456789'), '0.12345679'],
    [amount('60000.10'), '60000.1'],
    [amount('-0.000012345678'), '-0.0000123457'],
    [amount('0.0000000012345678'), '0.00000000123457'],
    [amount('0'), '0'],
    [percent(0.01844), '1.84%'],
    [change(0.01844), '+1.84%'],
    [change(-0.5), '-50.00%'],
    [count(100_000), '100,000'],
    [minute(Date.UTC(2026, 0, 5, 0, 1)), '2026-01-05 00:01'],
    [duration(12_340), '12.3s'],
    [duration(247_000), '4m 07s'],
  ] as const)('%s is %s', ([shown, expected]) => {
    expect(shown).toBe(expected);
  });
});
