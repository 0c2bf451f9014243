import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostMeter } from './costs.ts';
import { equityHistory } from './equity-history.ts';
import { figures } from './figures.ts';
import { summariseRun } from './statistics.ts';
import { timeInMarket } from './time-in-market.ts';

const hour = 3_600_000;
const monday = Date.UTC(2026, 0, 5);

/** Trades of an hour each, one after another, that put 100 in. */
function tradesOf(...pnls: string[]) {
  return pnls.map((pnl, index) => ({
    symbol: index % 2 === 0 ? 'BTC/USDT' : 'ETH/USDT',
    strategy: 'sma-cross',
    side: 'long',
    exitReason: Number(pnl) < 0 ? 'stop_loss' : 'signal',
    entryTime: monday + index * 24 * hour,
    exitTime: monday + (index * 24 + 1) * hour,
    fees: '0.1',
    pnl,
    returnRatio: Number(pnl) / 100,
    maeRatio: -0.02,
    mfeRatio: 0.04,
  }));
}

describe('a run', () => {
  test('is summed up by symbol, strategy, exit, side, weekday and month', () => {
    const { breakdown } = summariseRun({
      startCash: '1000',
      trades: tradesOf('10', '-4', '0', '-6', '20'),
    });
    expect(breakdown.symbol).toMatchObject([
      { key: 'BTC/USDT', trades: 3, wins: 2, losses: 0, pnl: '30', profitFactor: null },
      { key: 'ETH/USDT', trades: 2, wins: 0, losses: 2, pnl: '-10', profitFactor: 0 },
    ]);
    expect(breakdown.exitReason).toMatchObject([
      { key: 'signal', trades: 3, expectancy: '10' },
      { key: 'stop_loss', trades: 2, expectancy: '-5', fees: '0.2' },
    ]);
    expect(breakdown.weekday.map(({ key }) => key)).toEqual([
      'Monday',
      'Tuesday',
      'Wednesday',
      'Thursday',
      'Friday',
    ]);
    expect(breakdown).toMatchObject({
      strategy: [{ key: 'sma-cross', trades: 5, winRate: 0.4, pnl: '20' }],
      side: [{ key: 'long', bestReturnRatio: 0.2, worstReturnRatio: -0.06 }],
      month: [{ key: '2026-01', expectancyRatio: expect.closeTo(0.04, 12) }],
    });
  });

  test('has the streaks, the excursions and the bet of its trades', () => {
    const { metrics } = summariseRun({
      startCash: '1000',
      trades: tradesOf('10', '5', '-4', '-6', '-2', '0', '-1', '20'),
    });
    expect(metrics).toMatchObject({
      longestWinningStreak: 2,
      longestLosingStreak: 3,
      averageMaeRatio: expect.closeTo(-0.02, 12),
      averageMfeRatio: expect.closeTo(0.04, 12),
      // 3 of 8 won, 35 / 3 on average, against 13 / 4.
      kellyRatio: expect.closeTo(3 / 8 - 5 / 8 / (35 / 3 / (13 / 4)), 12),
    });
  });

  test('costs what its fills cost, exactly', () => {
    const meter = createCostMeter();
    const fill = { quantity: '0.3', fee: '0.1', referencePrice: '100' } as const;
    meter.add({ ...fill, side: 'buy', price: '100.1' });
    meter.add({ ...fill, side: 'sell', price: '99.8' });
    meter.add({ ...fill, side: 'sell', price: '100.2', quantity: '0.1' });
    const costs = meter.costs();
    expect(costs).toEqual({
      boughtNotional: '30.03',
      soldNotional: '39.96',
      feesPaid: '0.3',
      slippagePaid: '0.07',
    });
    const equity = equityHistory('10', [
      { time: monday, equity: '10' },
      { time: monday + hour, equity: '20' },
    ]);
    const { metrics } = summariseRun({ startCash: '10', trades: [], equity, costs });
    expect(metrics).toMatchObject({ ...costs, turnoverRatio: 30.03 / 15 });
  });

  test('has no figure where there is not enough data', () => {
    const { metrics, ...rest } = summariseRun({ startCash: '1000', trades: [] });
    expect(metrics).toMatchObject({
      startTime: null,
      annualReturnRatio: null,
      buyAndHoldRatio: null,
      sharpe: null,
      returns: null,
      exposureRatio: null,
      turnoverRatio: null,
      slippagePaid: null,
      averageMaeRatio: null,
      kellyRatio: null,
      geometricReturnRatio: null,
      longestDrawdownMs: null,
    });
    expect(rest).toMatchObject({ worstDrawdowns: [], monthlyReturns: [] });
  });

  test('is seen at its exits where it was never valued', () => {
    const equity = equityHistory('1000', []);
    const { metrics } = summariseRun({ startCash: '1000', trades: tradesOf('-10', '5'), equity });
    expect(metrics).toMatchObject({ maxDrawdown: '10', drawdownOf: 'closed-trades' });
  });

  test('never has NaN or an infinite figure, and each figure is described', () => {
    const pnl = fc.integer({ min: -9_000, max: 9_000 }).map((cents) => String(cents / 100));
    fc.assert(
      fc.property(fc.array(pnl, { maxLength: 60 }), (pnls) => {
        const { metrics } = summariseRun({ startCash: '100', trades: tradesOf(...pnls) });
        const { returns, ...rest } = metrics;
        for (const value of [...Object.values(rest), ...Object.values(returns ?? {})])
          expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
        expect(Object.keys(metrics).toSorted()).toEqual(Object.keys(figures).toSorted());
        expect(new Big(metrics.peakEquity).gte(metrics.finalEquity)).toBe(true);
      }),
    );
  });
});

test('time in market counts what overlaps once, and what is open until the end', () => {
  const span = { openSince: [80], firstTime: 0, lastTime: 100 };
  const trades = [
    { entryTime: 30, exitTime: 50 },
    { entryTime: 10, exitTime: 40 },
  ];
  expect(timeInMarket(trades, span)).toBe(0.6);
  expect(timeInMarket(trades, { ...span, lastTime: null })).toBeNull();
  expect(timeInMarket([], { ...span, lastTime: 0 })).toBeNull();
});
