import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../testing/cli.ts';
import { tryLoading } from '../watch/try-loading.ts';

test('writes a folder once, and leaves alone what is there', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const { code, stdout, stderr } = await runCli(['new-strategy', 'my-idea'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('my-idea/my-idea.ts is your strategy');
  expect((await readdir(join(cwd, 'my-idea'))).toSorted()).toEqual([
    '.gitignore',
    'heliograph.config.ts',
    'my-idea.test.ts',
    'my-idea.ts',
    'node_modules',
    'package.json',
    'tsconfig.json',
  ]);
  const again = await runCli(['new-strategy', 'my-idea'], { cwd });
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain('my-idea: there are files already');
});

test('no folder is written in which nothing could run', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const { code, stderr } = await runCli(['new-strategy', 'node_modules/mine'], { cwd });
  expect(stderr).toContain('Node.js runs no TypeScript below node_modules');
  expect(code).toBe(2);
  expect(await readdir(cwd)).toEqual([]);
});

test('a strategy that cannot be loaded is told with its place', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mine.ts');
  await writeFile(path, 'export const strategy = 1;\nconst a = = 2;\n');
  expect(await tryLoading(path, [])).toContain('mine.ts:2: this strategy file cannot be loaded');
  await writeFile(path, 'process.exit(3);');
  expect(await tryLoading(path, [])).toContain('it ends the process');
});
