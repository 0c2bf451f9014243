import { describe, expect, test } from 'vitest';
import { combinationsOf, readAxes } from './axes.ts';

describe('what is tried', () => {
  test.each([
    ['fast=5,10,20', ['5', '10', '20']],
    ['fast=5..9:2', ['5', '7', '9']],
    ['fast=1..3', ['1', '2', '3']],
    ['ratio=0.1..0.5:0.1', ['0.1', '0.2', '0.3', '0.4', '0.5']],
    ['shift=-1..1', ['-1', '0', '1']],
    ['pair=BTC/USDT, ETH/USDT', ['BTC/USDT', 'ETH/USDT']],
    ['fast=5,5,6', ['5', '6']],
    ['fast=5..8:2', ['5', '7']],
  ])('%s', (text, values) => {
    expect(readAxes([text])[0]?.values).toEqual(values);
  });

  test.each([
    ['fast', 'expected name=5,10,20'],
    ['fast=', 'expected name=5,10,20'],
    ['=5', 'expected name=5,10,20'],
    ['fast=5,,6', 'empty value'],
    ['fast=9..5', 'expected a rising range'],
    ['fast=5..9:0', 'expected a rising range'],
    ['fast=0..9:1e-9', 'expected a rising range'],
    ['fast=1..1000000', 'expected a rising range'],
  ])('%s is refused', (text, reason) => {
    expect(() => readAxes([text])).toThrow(new RegExp(reason));
  });

  test('is refused where it comes twice, or is too much', () => {
    expect(() => readAxes(['fast=1', 'fast=2'])).toThrow(/found fast twice/);
    expect(() => readAxes(['a=1..400', 'b=1..400'])).toThrow(/160000 combinations/);
  });

  test('is every combination, the last changing fastest', () => {
    expect(combinationsOf(readAxes(['a=1,2', 'b=3,4']))).toEqual([
      ['a=1', 'b=3'],
      ['a=1', 'b=4'],
      ['a=2', 'b=3'],
      ['a=2', 'b=4'],
    ]);
  });
});
