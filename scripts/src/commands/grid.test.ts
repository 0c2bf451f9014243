import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';

const candles = 'BTC_USD-30m-bitstamp.csv';
const axes = ['--grid', 'fast=5,10,20', '--grid', 'slow=20,30'];

async function folderWithCandles() {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, candles), firstCandles(1_200));
  return folder;
}

async function grid(...more: readonly string[]) {
  await using folder = await folderWithCandles();
  const { code, stdout, stderr } = await runCli(['grid', '--candles', candles, '--json', ...more], {
    cwd: folder.path,
  });
  return { code, stderr, result: code === 2 ? undefined : JSON.parse(stdout) };
}

async function backtest(...params: readonly string[]) {
  await using folder = await folderWithCandles();
  const flags = params.flatMap((param) => ['--param', param]);
  const { stdout } = await runCli(['backtest', '--candles', candles, '--json', ...flags], {
    cwd: folder.path,
  });
  return JSON.parse(stdout);
}

describe.concurrent('grid', () => {
  test('comes to what each backtest comes to, the best first, on however many threads', async () => {
    const [one, many] = [
      await grid(...axes, '--threads', '1'),
      await grid(...axes, '--threads', '3'),
    ];
    expect(one.code).toBe(0);
    expect(many.result.folds).toEqual(one.result.folds);
    expect(one.stderr).toContain('1 combination is refused by the strategy, first fast=20 slow=20');
    const [{ ranking, outOfSample }] = one.result.folds;
    expect(outOfSample).toBe(undefined);
    expect(ranking.length).toBe(5);
    const results = ranking.map((each: { inSample: { metrics: { netPnl: string } } }) =>
      Number(each.inSample.metrics.netPnl),
    );
    expect(results).toEqual(results.toSorted((a: number, b: number) => b - a));
    const [best] = ranking;
    const alone = await backtest(...best.params);
    expect(best.inSample.metrics).toEqual(alone.metrics);
    expect(best.inSample.decisionsHash).toBe(alone.decisionsHash);
  });

  test('keeps what it tries on apart from what it chooses on', async () => {
    const { result } = await grid(...axes, '--keep-back', '30%', '--by', 'sqn');
    const [{ inSample, outOfSample, outOfSampleResult }] = result.folds;
    expect(outOfSample.from).toBe(inSample.to);
    expect(result.outOfSample).toEqual({
      folds: 1,
      profitable: Number(Number(outOfSampleResult.metrics.netPnl) > 0),
      trades: outOfSampleResult.metrics.trades,
      netPnl: outOfSampleResult.metrics.netPnl,
    });
  });

  test('ranks by what the equity was like from candle to candle, too', async () => {
    const { result } = await grid(...axes, '--by', 'sharpe');
    const ratios = result.folds[0].ranking.map(
      (each: { inSample: { metrics: { sharpe: number } } }) => each.inSample.metrics.sharpe,
    );
    expect(ratios).toEqual(ratios.toSorted((a: number, b: number) => b - a));
    expect(ratios).toHaveLength(5);
    expect(ratios[0]).toBeTypeOf('number');
  });

  test('refuses folds that are shorter than a candle, and more backtests than anybody waits for', async () => {
    expect(await grid('--grid', 'fast=5', '--walk-forward', '5000')).toMatchObject({ code: 2 });
    const many = await grid('--grid', 'slow=11..411', '--walk-forward', '250');
    expect(many.code).toBe(2);
    expect(many.stderr).toContain('at most 100,000 are run');
  });

  test('walks forward', async () => {
    const { result } = await grid(...axes, '--walk-forward', '3', '--threads', '2');
    expect(result.folds.length).toBe(3);
    expect(result.outOfSample.folds).toBe(3);
  });

  test.each([
    [['--grid', 'fast=5..2'], '--grid: expected a rising range'],
    [['--grid', 'quick=5'], '--grid: strategy sma-cross: there is no parameter quick'],
    [['--grid', 'fast=50'], 'has to be smaller than slow'],
    [[...axes, '--by', 'luck'], '--by: expected one of netPnl'],
    [[...axes, '--keep-back', '150%'], '--keep-back: expected a part'],
    [[...axes, '--keep-back', '30%', '--walk-forward', '3'], 'choose one'],
    [[], '--grid: say what is tried'],
  ])('refuses %j', async (flags, reason) => {
    const { code, stderr } = await grid(...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
