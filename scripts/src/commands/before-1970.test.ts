import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';

const dayMs = 86_400_000;

test('what was before 1970 is traded, verified and reckoned as what came later', async () => {
  await using folder = await temporaryFolder();
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli([...args, '--json', '--quiet'], {
      cwd: folder.path,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const [header, ...rows] = firstCandles(600).split('\n');
  const earlierMs = Math.floor(Number(rows[300]?.split(',')[0]) / dayMs) * dayMs;
  const early = rows.map((row) => {
    const [time, ...prices] = row.split(',');
    return [Number(time) - earlierMs, ...prices].join(',');
  });
  await writeFile(join(folder.path, 'later.csv'), [header, ...rows].join('\n'));
  await writeFile(join(folder.path, 'BTC_USD-30m.csv'), [header, ...early].join('\n'));

  const named = ['--symbol', 'BTC/USD', '--timeframe', '30m'];
  const later = await run('backtest', '--candles', 'later.csv', ...named);
  const backtest = await run('backtest', '--candles', 'BTC_USD-30m.csv');
  expect(backtest.skipped).toEqual(later.skipped);
  expect(backtest.trades.length).toBeGreaterThan(5);
  const inTime = later.trades.map((trade: { entryTime: number; exitTime: number }) => ({
    ...trade,
    entryTime: trade.entryTime - earlierMs,
    exitTime: trade.exitTime - earlierMs,
  }));
  expect(backtest.trades).toEqual(inTime);
  const { startTime, endTime, ...figures } = later.metrics;
  const times = { startTime: startTime - earlierMs, endTime: endTime - earlierMs };
  expect(backtest.metrics).toEqual({ ...figures, ...times });

  const live = await run('start', '--feed', 'BTC_USD-30m.csv', '--until-end', '--db', 'log.sqlite');
  expect(live.decisionsHash).toBe(backtest.decisionsHash);
  const log = ['--db', 'log.sqlite'];
  const [verdict] = (await run('verify', ...log)).portfolios;
  expect(verdict).toMatchObject({ finding: null });
  const replay = await run('replay', ...log);
  expect([replay.candles, replay.metrics]).toEqual([600, backtest.metrics]);
  const [performance] = (await run('performance', ...log)).portfolios;
  expect(performance.metrics).toEqual(backtest.metrics);
  const again = await run('backtest', '--run', live.portfolio, ...log);
  expect(again.trades).toEqual(backtest.trades);
});
