import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from './testing/cli.ts';
import { writeWhole } from './write-whole.ts';

test('what has come meanwhile is not replaced unasked', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'trades.csv');
  const late = async (draft: string) => {
    await writeFile(draft, 'late');
    await writeFile(path, 'sooner');
  };
  expect(await writeWhole(path, late, { force: false })).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('sooner');
  expect(await writeWhole(path, late)).toBe(true);
  expect(await readFile(path, 'utf8')).toBe('late');
  expect(await readdir(folder.path)).toEqual(['trades.csv']);
});

test('half a file of a process that was killed is removed by the next one to the same place, that of a living one is not', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'trades.csv');
  const program = fileURLToPath(new URL('testing/write-half-main.ts', import.meta.url));
  const other = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  const half = (await readdir(folder.path))[0];
  expect(half).toContain(String(other.pid));
  const write = (text: string) => writeWhole(path, (draft) => writeFile(draft, text));
  await write('first');
  expect((await readdir(folder.path)).toSorted()).toEqual(['trades.csv', half]);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await writeWhole(join(folder.path, 'orders.csv'), (draft) => writeFile(draft, 'another place'));
  expect(await readdir(folder.path)).toContain(half);
  await write('second');
  expect((await readdir(folder.path)).toSorted()).toEqual(['orders.csv', 'trades.csv']);
  expect(await readFile(path, 'utf8')).toBe('second');
});
