import fc from 'fast-check';
import { Big } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { periodOf, profitByPeriod, type Period } from './profit.ts';

const at = (time: string): number => Date.parse(time);
const trade = (time: string, pnl: string) => ({ exitTime: at(time), pnl, fees: '0.1' });

test.each<[Period, string, string, string]>([
  ['day', '2026-03-01T23:59:59.999Z', '2026-03-01', '2026-03-02'],
  ['week', '2026-03-01T12:00:00Z', '2026-02-23', '2026-03-02'],
  ['week', '2026-03-02T00:00:00Z', '2026-03-02', '2026-03-09'],
  ['month', '2026-12-31T23:00:00Z', '2026-12-01', '2027-01-01'],
])('the %s of %s is from %s to %s', (period, time, from, to) => {
  expect(periodOf(at(time), period)).toEqual({ from: at(from), to: at(to) });
});

test('trades are added up exactly, by the period of their exit, the latest first', () => {
  const trades = [
    trade('2026-01-07T10:00:00Z', '0.1'),
    trade('2026-01-07T09:00:00Z', '0.2'),
    trade('2026-01-07T08:00:00Z', '-0.05'),
    trade('2026-01-05T08:00:00Z', '0'),
  ];
  expect(profitByPeriod(trades, { period: 'day', limit: 9 })).toEqual([
    {
      from: at('2026-01-07'),
      to: at('2026-01-08'),
      trades: 3,
      wins: 2,
      losses: 1,
      pnl: '0.25',
      fees: '0.3',
    },
    {
      from: at('2026-01-05'),
      to: at('2026-01-06'),
      trades: 1,
      wins: 0,
      losses: 0,
      pnl: '0',
      fees: '0.1',
    },
  ]);
});

test('an exit that was told after later ones counts in its own period', () => {
  const trades = [
    trade('2026-01-06T23:59:58Z', '-1'),
    trade('2026-01-07T00:00:02Z', '2'),
    trade('2026-01-06T10:00:00Z', '3'),
    trade('2026-01-05T10:00:00Z', '4'),
    trade('2026-01-04T10:00:00Z', '5'),
  ];
  const profits = (limit: number) =>
    profitByPeriod(trades, { period: 'day', limit }).map(({ from, pnl }) => [from, pnl]);
  expect(profits(1)).toEqual([[at('2026-01-07'), '2']]);
  expect(profits(2)).toEqual([
    [at('2026-01-07'), '2'],
    [at('2026-01-06'), '2'],
  ]);
});

test('no more is read than the periods that are wanted, and one', () => {
  let read = 0;
  function* trades() {
    for (let day = 28; day > 0; day--) {
      read++;
      yield trade(`2026-01-${String(day).padStart(2, '0')}T00:00:00Z`, '1');
    }
  }
  expect(profitByPeriod(trades(), { period: 'day', limit: 3 })).toHaveLength(3);
  expect(read).toBe(5);
});

test('whatever the period, the sum is that of the trades', () => {
  const trades = fc.array(
    fc.record({
      exitTime: fc.integer({ min: at('2020-01-01'), max: at('2030-01-01') }),
      cents: fc.integer({ min: -1_000, max: 1_000 }),
    }),
  );
  fc.assert(
    fc.property(trades, fc.constantFrom<Period>('day', 'week', 'month'), (made, period) => {
      const closed = made
        .toSorted((a, b) => b.exitTime - a.exitTime)
        .map(({ exitTime, cents }) => ({ exitTime, pnl: String(cents), fees: '1' }));
      const profits = profitByPeriod(closed, { period, limit: Infinity });
      const sum = profits.reduce((total, { pnl }) => total.plus(new Big(pnl)), new Big('0'));
      expect(sum.toFixed()).toBe(String(made.reduce((total, { cents }) => total + cents, 0)));
      expect(profits.map(({ from }) => from)).toEqual(
        [...new Set(profits.map(({ from }) => from))].toSorted((a, b) => b - a),
      );
    }),
  );
});
