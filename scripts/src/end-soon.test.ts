import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedCandles } from './testing/candles.ts';
import { startCli, temporaryFolder } from './testing/cli.ts';

const engine = import.meta.resolve('@heliograph/signal-engine');
const zod = import.meta.resolve('zod');

test('a command ends when it is done, whatever a strategy has left behind', async () => {
  await using folder = await temporaryFolder();
  await writeFile(
    join(folder.path, 'idle.ts'),
    `import { defineStrategy } from '${engine}';
     import { z } from '${zod}';
     setInterval(() => {}, 1_000);
     export const strategy = defineStrategy({
       name: 'idle',
       version: '1.0.0',
       params: z.object({}),
       create: () => ({ onCandle: () => undefined }),
     });`,
  );
  const args = ['backtest', '--candles', shippedCandles, '--strategy', './idle.ts', '--json'];
  await using backtest = startCli(args, { cwd: folder.path });
  const { code, stdout, stderr } = await backtest.result;
  expect({ code, run: JSON.parse(stdout) }).toMatchObject({ code: 0, run: { candles: 1968 } });
  expect(stderr).toMatch(/all is done and something is still open \(.*Timeout.*\): ended/);
});
