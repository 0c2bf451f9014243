import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { bareTrades } from '../testing/bare-trades.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';

async function folderWith(portfolios: string) {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, feed), firstCandles(500));
  await writeFile(join(folder.path, 'portfolios.json'), portfolios);
  return folder;
}

describe.concurrent('--portfolios', () => {
  test('trades several portfolios side by side, each as a backtest with its settings', async () => {
    await using folder = await folderWith(
      JSON.stringify({
        paper: {},
        careful: { stake: '200', risk: 'none' },
        idle: { risk: { symbols: ['ETH/USD'] }, cash: '500', stake: { kind: 'all' } },
      }),
    );
    const cwd = folder.path;
    const start = ['start', '--until-end', '--json', '--quiet', '--feed', feed];
    const backtest = ['backtest', '--json', '--quiet', '--candles', feed];
    // A start waits for much that the others need not wait for.
    const all = [...start, '--portfolios', 'portfolios.json', '--fee-bps', '7'];
    await using run = startCli(all, { cwd });
    const { code, stdout, stderr } = await run.result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { portfolios, ...main } = JSON.parse(stdout);
    expect(portfolios).toHaveLength(3);
    expect(portfolios[0]).toEqual(main);
    expect(portfolios[2].metrics).toMatchObject({ startCash: '500' });
    for (const [at, args] of [[], ['--stake', '200', '--risk', 'none']].entries()) {
      const alone = await runCli([...backtest, '--fee-bps', '7', ...args], { cwd });
      const expected = JSON.parse(alone.stdout);
      expect(expected.trades.length, 'there is something to compare').toBeGreaterThan(5);
      expect(portfolios[at].tradeList).toEqual(bareTrades(expected.trades));
      expect(portfolios[at].decisionsHash).toBe(expected.decisionsHash);
    }
  });

  test.for([
    ['{', 'portfolios.json: not JSON at line 1 column 2, expected portfolios such as {"paper"'],
    ['[]', 'portfolios.json: '],
    ['{}', 'portfolios.json: expected at least one portfolio'],
    ['{"a b": {}}', 'portfolios.json: a b: '],
    ['{"careful": {"stakes": "1"}}', 'portfolios.json: careful: stakes: there is no such setting'],
    ['{"all": {}}', 'portfolios.json: all: '],
    [
      '{"careful": {"slippageBps": "10000"}}',
      'portfolios.json: careful: slippageBps: expected basis points from 0 to below 10000',
    ],
    [
      '{"careful": {"paper": {"slippage": {"kind": "spread", "spreadBps": "20000"}}}}',
      'portfolios.json: careful: paper.slippage: expected basis points from 0 to below 20000',
    ],
    ['{"careful": {"cash": "-1"}}', 'portfolios.json: careful: cash: expected a decimal number'],
    ['{"careful": {"stake": "5units"}}', 'portfolios.json: careful: stake: expected an amount'],
    ['{"careful": {"risk": "high"}}', 'portfolios.json: careful: risk: expected none, default or'],
    [
      '{"careful": {"risk": {"maxPosition": 1}}}',
      'portfolios.json: careful: risk.maxPosition: there is no such setting',
    ],
    [
      '{"careful": {"paper": {"slippage": {"kind": "spread", "spreadBps": "5", "bps": 1}}}}',
      'portfolios.json: careful: paper.slippage.bps: there is no such setting',
    ],
  ] as const)('refuses %s, naming file, portfolio and field', async ([portfolios, sentence]) => {
    await using folder = await folderWith(portfolios);
    const args = ['start', '--portfolios', 'portfolios.json', '--feed', feed];
    const { code, stdout, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  });

  test('is not taken together with --portfolio', async () => {
    await using folder = await folderWith('{"paper": {}}');
    const args = ['start', '--portfolios', 'portfolios.json', '--portfolio', 'other'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain('--portfolio: name one portfolio with it, or several in the file');
    expect(code).toBe(2);
  });
});
