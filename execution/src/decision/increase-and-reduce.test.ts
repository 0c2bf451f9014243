import { type TradeSignal } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { anEntry, orderFor, priced, skipFor } from '../testing/decisions.ts';
import { holdingWith, nowMs, openedWith } from '../testing/portfolios.ts';
import { type PortfolioState } from './state/portfolio.ts';

const reduce = (size?: object): TradeSignal =>
  anEntry({ intent: 'reduce', side: 'sell', targetPosition: 'long', ...(size && { size }) });

describe('a reduction', () => {
  test.for<[string, object, string]>([
    ['base units', { kind: 'base', value: '0.25' }, '0.25'],
    ['base units, by the lot', { kind: 'base', value: '0.2599' }, '0.259'],
    ['quote currency at the last price', { kind: 'quote', value: '50' }, '0.25'],
    ['a part of equity', { kind: 'equityRatio', value: 0.1 }, '0.55'],
    ['more than there is: all of it', { kind: 'base', value: '7' }, '1'],
  ])('by %s', ([, size, quantity]) => {
    const prices = new Map([['binance|BTC/USDT', { price: 200, timeMs: nowMs }]]);
    expect(orderFor(holdingWith(), reduce(size), { prices })).toMatchObject({
      size: { kind: 'base', quantity },
      reduceOnly: true,
    });
  });

  test('needs to know by how much, and of what', () => {
    expect(skipFor(holdingWith(), reduce())).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
    });
    expect(skipFor(holdingWith(), reduce({ kind: 'base', value: '0.0009' }))).toMatchObject({
      reason: 'BELOW_MINIMUM',
    });
    expect(skipFor(openedWith(), reduce({ kind: 'base', value: '1' }))).toMatchObject({
      reason: 'NO_POSITION',
    });
  });
});

const ruledBy = (rules: object) => holdingWith({ instruments: { 'BTC/USDT': rules } });
const sold = (state: PortfolioState, value: string) =>
  orderFor(state, reduce({ kind: 'base', value }), priced(200)).size;

describe('a reduction of an instrument with minimums', () => {
  test.for([
    ['worth', { minNotional: '20' }],
    ['as large', { minQuantity: '0.1' }],
  ] as const)('leaves all where the rest would not be %s enough for an order', ([, rules]) => {
    expect(sold(ruledBy(rules), '0.9')).toEqual({ kind: 'base', quantity: '0.9' });
    expect(sold(ruledBy(rules), '0.9001')).toEqual({ kind: 'base', quantity: '0.9' });
    expect(sold(ruledBy(rules), '0.901')).toEqual({ kind: 'base', quantity: '1' });
    const before = { ...ruledBy(rules), decisionsVersion: 6 };
    expect(sold(before, '0.901'), 'by the rules until then').toMatchObject({ quantity: '0.901' });
  });
});

describe('an increase', () => {
  const increase = aSignal({ data: { intent: 'increase' } });

  test('enters once more, where there is something to add to', () => {
    expect(orderFor(holdingWith(), increase)).toMatchObject({
      intent: 'increase',
      size: { kind: 'quote', notional: '100' },
      reduceOnly: false,
    });
    expect(skipFor(openedWith(), increase)).toMatchObject({ reason: 'NO_POSITION' });
    const short = holdingWith({ shorting: true }, { order: { side: 'sell' } });
    expect(skipFor(short, increase)).toMatchObject({ reason: 'NO_POSITION' });
  });
});
