import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const run = promisify(execFile);

test('what it writes passes its test, plays a backtest, and runs again when it is saved', async () => {
  await using parent = await temporaryFolder();
  const written = await runCli(['new-strategy', 'my-idea'], { cwd: parent.path });
  expect(written).toMatchObject({ code: 0, stderr: '' });
  const cwd = join(parent.path, 'my-idea');
  const tested = await run(process.execPath, ['--test', '--test-reporter=tap'], { cwd });
  expect(tested.stdout).toMatch(/# pass 3\n# fail 0/);

  const file = join(cwd, 'my-idea.ts');
  const source = await readFile(file, 'utf8');
  await using watching = startCli(['backtest', '--watch', '--json', '--param', 'length=50'], {
    cwd,
  });
  await watching.said('stdout', /"version":"1\.0\.0\+/);
  await writeFile(file, source.replace('const average =', 'const average = ='));
  await watching.said('stderr', /my-idea\.ts:\d+: .*the one before goes on/);
  await writeFile(file, source.replace("version: '1.0.0'", "version: '2.0.0'"));
  await watching.said('stdout', /"version":"2\.0\.0\+/);
  watching.kill('SIGTERM');
  expect((await watching.result).code).toBe(0);
});
