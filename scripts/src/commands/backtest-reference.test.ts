import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Big } from '@heliograph/contracts';
import { describe, expect, test } from 'vitest';
import { runCli } from '../testing/cli.ts';
import type { Trade } from '../tally.ts';

/** Market data and the trades that other people's backtesters made of it. */
const data = process.env['HELIOGRAPH_DATA'];

const datasets = [
  {
    name: 'BTC_USDT-1m',
    file: 'real/crypto-1m/BTC_USDT-1m.csv.gz',
    lotSize: '0.000001',
    finalEquity: { fixed: '997888.423845', allin: '118802.472280', unit: '888832.377380' },
  },
  {
    name: 'SPY-1d',
    file: 'real/stock-1d/SPY-1d.csv.gz',
    lotSize: '1',
    finalEquity: { fixed: '1000504.480210', allin: '1486690.768560', unit: '1000087.653380' },
  },
];
const stakes = { fixed: '1000', allin: 'all', unit: '1unit' } as const;
const sources = ['exact', 'backtesting_py', 'backtrader'];

const cases = datasets.flatMap((dataset) =>
  (['fixed', 'allin', 'unit'] as const).map((mode) => ({ ...dataset, mode })),
);

describe.skipIf(data === undefined)('backtest (skipped without HELIOGRAPH_DATA)', () => {
  test.for(cases)('makes the reference trades on $name, $mode', async (dataset) => {
    const { name, file, lotSize, mode, finalEquity } = dataset;
    const args = [
      `backtest --json --quiet --candles ${join(data ?? '', file)} --lot-size ${lotSize}`,
      `--risk none --cash 1000000 --fee-bps 10 --stake ${stakes[mode]}`,
    ];
    const { stdout } = await runCli(args.join(' ').split(' '), { cwd: '/' });
    const run: { trades: Trade[]; metrics: { finalEquity: string } } = JSON.parse(stdout);
    for (const source of sources) {
      const reference = readReference(join(data ?? '', `reference/${name}.${mode}.${source}.csv`));
      expect(run.trades.map(placesOf)).toEqual(reference.map(({ places }) => places));
      expect(largestDifference(run.trades, reference)).toBeLessThan(1e-8);
    }
    expect(new Big(run.metrics.finalEquity).toFixed(6, Big.roundHalfUp)).toBe(finalEquity[mode]);
  });

  test('decides the ties of ETH_BTC-1m exactly', async () => {
    const file = join(data ?? '', 'real/crypto-1m/ETH_BTC-1m.csv.gz');
    const args = `backtest --json --quiet --risk none --cash 1000000 --stake 1000 --lot-size 0.001 --candles ${file}`;
    const { stdout } = await runCli(args.split(' '), { cwd: '/' });
    const { trades, metrics } = JSON.parse(stdout);
    expect(trades).toHaveLength(1096);
    expect(new Big(metrics.finalEquity).toFixed(6, Big.roundHalfUp)).toBe('998272.428025');
  });
});

/** What has to be equal to the last digit. */
function placesOf({ entryTime, entryPrice, exitTime, exitPrice, quantity }: Trade): string {
  return [entryTime, Number(entryPrice), exitTime, Number(exitPrice), Number(quantity)].join(' ');
}

interface Reference {
  readonly places: string;
  readonly pnl: number;
}

function readReference(path: string): Reference[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    // What other people compute in binary floats ends in 0.43999999999998: eight decimals are what it means.
    const fields = line.split(',').map((text) => Number(Number(text).toFixed(8)));
    return { places: fields.slice(0, 5).join(' '), pnl: Number(line.split(',')[6]) };
  });
}

function largestDifference(trades: readonly Trade[], reference: readonly Reference[]): number {
  return Math.max(
    ...trades.map(({ pnl }, at) => Math.abs(Number(pnl) - (reference[at]?.pnl ?? Number.NaN))),
  );
}
