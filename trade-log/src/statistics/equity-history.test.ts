import { Big } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { createEquityMeter, dayMs, equityHistory } from './equity-history.ts';
import { monthlyReturns } from './months.ts';

const january = Date.UTC(2024, 0, 1);

test('a valuation at midnight ends the day before, and the last of a day counts', () => {
  const points = [
    [0.5, '100'],
    [0.9, '105'],
    [1, '110'],
    [1.5, '120'],
    [3, '90'],
  ] as const;
  const { days, firstTime, lastTime, valuations, averageEquity } = equityHistory(
    '100',
    points.map(([day, equity]) => ({ time: january + day * dayMs, equity })),
  );
  expect(days).toEqual([
    { day: january, equity: 110 },
    { day: january + dayMs, equity: 120 },
    { day: january + 2 * dayMs, equity: 90 },
  ]);
  expect({ firstTime, lastTime }).toEqual({
    firstTime: january + dayMs / 2,
    lastTime: january + 3 * dayMs,
  });
  expect({ valuations, averageEquity }).toEqual({ valuations: 5, averageEquity: 105 });
});

test('it knows at how many valuations something was held, or that it does not know', () => {
  const meter = createEquityMeter(new Big('1'), () => () => new Big('1'));
  meter.add(1, 1, true);
  meter.add(2, 1, false);
  expect(meter.history().held).toBe(1);
  meter.add(3, 1);
  expect(meter.history().held).toBeNull();
});

test('what is kept of a million valuations is no more than of their days', () => {
  let equity = 1_000_000;
  const meter = createEquityMeter(new Big('1000000'), () => {
    const now = equity;
    return () => new Big(String(now));
  });
  for (let minute = 1; minute <= 1_000_000; minute++) {
    equity += ((minute * 7919) % 201) - 100;
    meter.add(minute * 60_000, equity, minute % 2 === 0);
  }
  const history = meter.history();
  expect(history).toMatchObject({ valuations: 1_000_000, held: 500_000 });
  expect(history.days).toHaveLength(Math.ceil(1_000_000 / 1440));
  expect(JSON.stringify(history).length).toBeLessThan(60_000);
});

function end(month: number, day: number, equity: number) {
  return { day: Date.UTC(2023, month - 1, day), equity };
}

test('a month brings what its last day is above that of the month before; the first starts at the cash', () => {
  const days = [end(11, 5, 105), end(11, 30, 110), end(12, 1, 55), end(13, 31, 66)];
  expect(monthlyReturns(100, days)).toEqual([
    { year: 2023, month: 11, returnRatio: expect.closeTo(0.1, 12) },
    { year: 2023, month: 12, returnRatio: -0.5 },
    { year: 2024, month: 1, returnRatio: expect.closeTo(0.2, 12) },
  ]);
  expect(monthlyReturns(100, [])).toEqual([]);
});
