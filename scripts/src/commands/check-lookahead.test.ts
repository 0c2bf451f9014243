import { expect, test } from 'vitest';
import { shippedCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';

test('check-lookahead tells what a strategy knows, and nothing is proven without a signal', async () => {
  await using folder = await temporaryFolder();
  const check = async (limit: string) =>
    await runCli(
      ['check-lookahead', '--candles', shippedCandles, '--limit', limit, '--strategy', 'macd'],
      { cwd: folder.path },
    );
  const { code, stdout } = await check('2000');
  expect(stdout).toContain('it does not look ahead');
  expect(code).toBe(0);
  const short = await check('10');
  expect(short.stdout).toContain('NOTHING IS PROVEN');
  expect(short.code).toBe(3);
});
