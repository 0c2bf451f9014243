import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';

test('two runs on tapes of their own have nothing that could be compared, and are told so', async () => {
  await using folder = await temporaryFolder();
  const feed = 'BTC_USD-30m-bitstamp.csv';
  await writeFile(join(folder.path, feed), firstCandles(150));
  const run = (...args: readonly string[]) =>
    runCli([...args, '--quiet', '--json'], { cwd: folder.path });
  const names: string[] = [];
  for (const stake of ['1000', '500']) {
    const { stdout } = await run('start', '--feed', feed, '--until-end', '--stake', stake);
    names.push(JSON.parse(stdout).portfolio);
  }
  const [first = '', second = ''] = names;
  const compared = await run('compare', '--run', first, '--with', second);
  expect(compared).toMatchObject({ code: 2 });
  expect(compared.stderr).toContain(`${first} and ${second} have no signal in common`);
  expect(await run('compare', '--run', first, '--with', first)).toMatchObject({ code: 0 });
});
