import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarisePerformance, type ClosedTrade } from './performance.ts';
import { equityHistory } from './equity-history.ts';

const hour = 3_600_000;

/** Trades of an hour each, one after another, that put 100 in. */
function tradesOf(...pnls: string[]): ClosedTrade[] {
  return pnls.map((pnl, index) => ({
    entryTime: index * hour,
    exitTime: (index + 1) * hour,
    fees: '0.1',
    pnl,
    returnRatio: Number(pnl) / 100,
  }));
}

describe('summarisePerformance', () => {
  test('computes every figure of a small history that can be checked by hand', () => {
    expect(
      summarisePerformance({ startCash: '1000', trades: tradesOf('10', '-4', '0', '-6', '20') }),
    ).toEqual({
      startCash: '1000',
      finalEquity: '1020',
      netPnl: '20',
      returnRatio: 0.02,
      realisedPnl: '20',
      fees: '0.5',
      trades: 5,
      wins: 2,
      losses: 2,
      winRate: 0.4,
      grossProfit: '30',
      grossLoss: '-10',
      profitFactor: 3,
      returnProfitFactor: expect.closeTo(3, 12),
      expectancy: '4',
      expectancyRatio: expect.closeTo(0.04, 12),
      averageWin: '15',
      averageLoss: '-5',
      largestWin: '20',
      largestLoss: '-6',
      bestReturnRatio: 0.2,
      worstReturnRatio: -0.06,
      averageTradeMs: hour,
      longestTradeMs: hour,
      // mean 4, squares 36 + 64 + 16 + 100 + 256 = 472, deviation sqrt(118)
      sqn: expect.closeTo((Math.sqrt(5) * 4) / Math.sqrt(118), 12),
      maxDrawdown: '10',
      maxDrawdownRatio: 10 / 1010,
      drawdownOf: 'closed-trades',
    });
  });

  test('has no figure where there is not enough data', () => {
    expect(summarisePerformance({ startCash: '1000', trades: [] })).toMatchObject({
      finalEquity: '1000',
      netPnl: '0',
      winRate: null,
      profitFactor: null,
      returnProfitFactor: null,
      expectancy: null,
      averageWin: null,
      largestLoss: null,
      bestReturnRatio: null,
      averageTradeMs: null,
      sqn: null,
      maxDrawdown: '0',
      maxDrawdownRatio: 0,
    });
    expect(summarisePerformance({ startCash: '1000', trades: tradesOf('10') })).toMatchObject({
      winRate: 1,
      profitFactor: null,
      returnProfitFactor: null,
      averageLoss: null,
      sqn: null,
    });
    const equal = summarisePerformance({ startCash: '1000', trades: tradesOf('5', '5') });
    expect(equal.sqn, 'no spread to divide by').toBeNull();
  });

  test('counts what is still open in the result of the run', () => {
    const run = summarisePerformance({
      startCash: '1000',
      trades: tradesOf('10'),
      finalEquity: '990.5',
    });
    expect(run).toMatchObject({
      finalEquity: '990.5',
      netPnl: '-9.5',
      realisedPnl: '10',
      returnRatio: -0.0095,
    });
  });

  test('measures drawdowns on the equity curve if there is one', () => {
    const equity = equityHistory(
      '1000',
      ['1000', '1200', '900', '2000', '1600'].map((value, time) => ({ time, equity: value })),
    );
    expect(summarisePerformance({ startCash: '1000', trades: [], equity })).toMatchObject({
      // The deepest fall in money, from 2000, is not the deepest in proportion, from 1200.
      maxDrawdown: '400',
      maxDrawdownRatio: 0.25,
      drawdownOf: 'equity-curve',
    });
  });

  test('sees a fall below the start', () => {
    const run = summarisePerformance({ startCash: '1000', trades: tradesOf('-100') });
    expect(run).toMatchObject({ maxDrawdown: '100', maxDrawdownRatio: 0.1 });
  });

  test('adds up money exactly', () => {
    const pnls = Array.from({ length: 10 }, () => '0.1');
    const { netPnl, expectancy } = summarisePerformance({
      startCash: '1',
      trades: tradesOf(...pnls),
    });
    expect({ netPnl, expectancy }).toEqual({ netPnl: '1', expectancy: '0.1' });
  });

  test('never gives NaN or an infinite figure, and profit and loss always add up', () => {
    const pnl = fc
      .integer({ min: -1_000_000, max: 1_000_000 })
      .map((cents) => new Big(String(cents)).div('100').toFixed());
    fc.assert(
      fc.property(fc.array(pnl, { maxLength: 30 }), (pnls) => {
        const run = summarisePerformance({ startCash: '100', trades: tradesOf(...pnls) });
        for (const value of Object.values(run))
          expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
        expect(new Big(run.grossProfit).plus(run.grossLoss).toFixed()).toBe(run.realisedPnl);
        expect(new Big(run.startCash).plus(run.netPnl).toFixed()).toBe(run.finalEquity);
        expect(run.wins + run.losses).toBeLessThanOrEqual(run.trades);
      }),
    );
  });
});

const data = process.env['HELIOGRAPH_DATA'];
const folder = join(data ?? '', 'reference');

describe.skipIf(data === undefined)(
  'equals backtesting.py on its own trades (needs HELIOGRAPH_DATA)',
  () => {
    const runs = ['BTC_USDT-1m', 'SPY-1d'].flatMap((set) =>
      ['fixed', 'allin', 'unit'].map((stake) => `${set}.${stake}`),
    );

    test.each(runs)('%s', (run) => {
      const stats = readStats(run);
      const trades = readTable(`${run}.exact.csv`).map((row) => tradeOf(row));
      const figures = summarisePerformance({
        startCash: '1000000',
        trades,
        finalEquity: String(stats('Equity Final [$]')),
      });
      const close = (name: string, factor = 1) => expect.closeTo(Number(stats(name)) * factor, 9);
      expect(figures).toMatchObject({
        trades: stats('# Trades'),
        winRate: close('Win Rate [%]', 0.01),
        returnRatio: close('Return [%]', 0.01),
        returnProfitFactor: close('Profit Factor'),
        expectancyRatio: close('Expectancy [%]', 0.01),
        bestReturnRatio: close('Best Trade [%]', 0.01),
        worstReturnRatio: close('Worst Trade [%]', 0.01),
        sqn: close('SQN'),
      });
      expect(Number(figures.fees)).toBeCloseTo(Number(stats('Commissions [$]')), 6);
      expect(figures.longestTradeMs).toBe(durationMs(stats('Max. Trade Duration')));
    });

    test.each(['BTC_USDT-1m', 'SPY-1d'])('%s: drawdown of the equity of every candle', (set) => {
      const curve = readTable(`${set}.fixed.backtesting_py.equity.csv`).map((row) => ({
        time: Number(row['timestamp']),
        equity: row['equity'] ?? '',
      }));
      const { maxDrawdownRatio } = summarisePerformance({
        startCash: '1000000',
        trades: [],
        equity: equityHistory('1000000', curve),
      });
      const expected = Number(readStats(`${set}.fixed`)('Max. Drawdown [%]')) / -100;
      expect(maxDrawdownRatio).toBeCloseTo(expected, 12);
    });
  },
);

function readStats(run: string): (name: string) => unknown {
  const stats: unknown = JSON.parse(
    readFileSync(join(folder, `${run}.backtesting_py.stats.json`), 'utf8'),
  );
  return (name) => new Map(Object.entries(stats ?? {})).get(name);
}

function readTable(file: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

function tradeOf(row: Record<string, string>): ClosedTrade {
  const { entry_ts = '', exit_ts = '', entry_price = '', qty = '', fee = '', pnl = '' } = row;
  return {
    entryTime: Number(entry_ts),
    exitTime: Number(exit_ts),
    fees: fee,
    pnl,
    returnRatio: Number(pnl) / (Number(entry_price) * Number(qty)),
  };
}

/** `1 days 02:03:04` */
function durationMs(text: unknown): number {
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = String(text)
    .split(/ days |:/)
    .map(Number);
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
