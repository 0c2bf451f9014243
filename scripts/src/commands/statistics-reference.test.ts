import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Metrics } from '@heliograph/trade-log';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../testing/cli.ts';
import type { OpenPosition, Trade } from '../tally.ts';

/** Market data, and the statistics that backtesting.py made of the same trades. */
const data = process.env['HELIOGRAPH_DATA'];
const stakes = { fixed: '1000', allin: 'all', unit: '1unit' } as const;
const datasets = [
  { name: 'BTC_USDT-1m', file: 'real/crypto-1m/BTC_USDT-1m.csv.gz', lotSize: '0.000001' },
  { name: 'SPY-1d', file: 'real/stock-1d/SPY-1d.csv.gz', lotSize: '1' },
];
const cases = datasets.flatMap((dataset) =>
  (['fixed', 'allin', 'unit'] as const).map((mode) => ({ ...dataset, mode })),
);

interface Run {
  readonly candles: number;
  readonly trades: readonly Trade[];
  readonly openPositions: readonly OpenPosition[];
  readonly metrics: Metrics;
}

describe.skipIf(data === undefined)('statistics (skipped without HELIOGRAPH_DATA)', () => {
  describe.for(cases)('of $name, $mode', ({ name, file, lotSize, mode }) => {
    let run: Run;
    let closes: number[];
    let theirs: (figure: string) => number;
    let theirSpanMs: (figure: string) => number;

    beforeAll(async () => {
      const path = join(data ?? '', file);
      const args = `backtest --json --quiet --candles ${path} --lot-size ${lotSize} --risk none`;
      const terms = `--cash 1000000 --fee-bps 10 --stake ${stakes[mode]}`;
      const { stdout } = await runCli(`${args} ${terms}`.split(' '), { cwd: '/' });
      run = JSON.parse(stdout);
      const rows = gunzipSync(readFileSync(path)).toString().trim().split('\n').slice(1);
      closes = rows.map((row) => Number(row.split(',')[4]));
      const stats = new Map<string, unknown>(
        Object.entries(
          JSON.parse(
            readFileSync(
              join(data ?? '', `reference/${name}.${mode}.backtesting_py.stats.json`),
              'utf8',
            ),
          ),
        ),
      );
      theirs = (figure) => Number(stats.get(figure));
      theirSpanMs = (figure) => spanMs(String(stats.get(figure)));
    });

    test('are equal where they mean the same', () => {
      const { metrics } = run;
      const close = (figure: string, factor = 1) => expect.closeTo(theirs(figure) * factor, 11);
      expect(metrics).toMatchObject({
        returnRatio: close('Return [%]', 0.01),
        annualReturnRatio: close('CAGR [%]', 0.01),
        maxDrawdownRatio: close('Max. Drawdown [%]', -0.01),
        averageDrawdownRatio: close('Avg. Drawdown [%]', -0.01),
        trades: theirs('# Trades'),
        winRate: close('Win Rate [%]', 0.01),
        bestReturnRatio: close('Best Trade [%]', 0.01),
        worstReturnRatio: close('Worst Trade [%]', 0.01),
        geometricReturnRatio: close('Avg. Trade [%]', 0.01),
        expectancyRatio: close('Expectancy [%]', 0.01),
        // A trade's returnRatio has twelve places.
        returnProfitFactor: expect.closeTo(theirs('Profit Factor'), 9),
        sqn: expect.closeTo(theirs('SQN'), 9),
        kellyRatio: close('Kelly Criterion'),
        longestDrawdownMs: theirSpanMs('Max. Drawdown Duration'),
        longestTradeMs: theirSpanMs('Max. Trade Duration'),
      });
      expect(Number(metrics.finalEquity)).toBeCloseTo(theirs('Equity Final [$]'), 6);
      expect(Number(metrics.peakEquity)).toBeCloseTo(theirs('Equity Peak [$]'), 6);
      expect(Number(metrics.fees)).toBeCloseTo(theirs('Commissions [$]'), 6);
    });

    test('are equal once their rounding up to whole candles is undone', () => {
      const { averageDrawdownMs, averageTradeMs } = run.metrics;
      const candleMs = name.endsWith('1d') ? 86_400_000 : 60_000;
      const up = (ms: number | null) => Math.ceil(Number(ms) / candleMs) * candleMs;
      expect(up(averageDrawdownMs)).toBe(theirSpanMs('Avg. Drawdown Duration'));
      expect(up(averageTradeMs)).toBe(theirSpanMs('Avg. Trade Duration'));
    });

    test('convert: they also count the candle of the exit as exposed, and never an open position', () => {
      const { metrics, candles, trades, openPositions } = run;
      const closesAt = Number(metrics.exposureRatio) * candles;
      const [open] = openPositions;
      const stillOpen = open ? barsAfter(name, Number(metrics.endTime) - open.entryTime) : 0;
      const bars = closesAt - stillOpen + trades.length;
      expect(bars / candles).toBeCloseTo(theirs('Exposure Time [%]') / 100, 12);
    });

    test('convert: they buy and hold from the close at which the slow average is there', () => {
      const { buyAndHoldRatio } = run.metrics;
      const [first = 0, last = 0, theirFirst = 0] = [closes[0], closes.at(-1), closes[29]];
      expect(buyAndHoldRatio).toBeCloseTo(last / first - 1, 12);
      expect(last / theirFirst - 1).toBeCloseTo(theirs('Buy & Hold Return [%]') / 100, 12);
    });

    test('convert: their ratios compound the geometric mean of the same daily returns', () => {
      const { returns, maxDrawdownRatio } = run.metrics;
      if (!returns) throw new Error('there are daily returns');
      const { geometricMean, deviation, downsideDeviation, perYear } = returns;
      const grown = 1 + geometricMean;
      const annual = grown ** perYear - 1;
      const variance = (deviation ** 2 + grown ** 2) ** perYear - grown ** (2 * perYear);
      expect(annual).toBeCloseTo(theirs('Return (Ann.) [%]') / 100, 12);
      expect(annual / (downsideDeviation * Math.sqrt(perYear))).toBeCloseTo(
        theirs('Sortino Ratio'),
        8,
      );
      expect(annual / maxDrawdownRatio).toBeCloseTo(theirs('Calmar Ratio'), 9);
      expect(Math.sqrt(variance)).toBeCloseTo(theirs('Volatility (Ann.) [%]') / 100, 11);
      // Their Sharpe ratio is the one over the other: on BTC, all in, -1 over 5e-12.
      expect(annual / theirs('Sharpe Ratio')).toBeCloseTo(Math.sqrt(variance), 11);
    });
  });
});

/** Closes of daily stock candles, or of minutes, that lie in such a span up to the end. */
function barsAfter(name: string, ms: number): number {
  if (!name.endsWith('1d')) return ms / 60_000;
  return tradingDays(ms / 86_400_000);
}

/** The position of SPY that is open on 2021-03-31 was entered so many calendar days before; no holiday lies between. */
function tradingDays(days: number): number {
  const end = Date.UTC(2021, 2, 31);
  return Array.from({ length: days }, (_, at) =>
    new Date(end - at * 86_400_000).getUTCDay(),
  ).filter((day) => day !== 0 && day !== 6).length;
}

/** `1 days 02:03:04` */
function spanMs(text: string): number {
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = text.split(/ days |:/).map(Number);
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
