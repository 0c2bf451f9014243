import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const run = new URL('../commands/run.ts', import.meta.url).href;
const program = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  await import(${JSON.stringify(run)});
  console.log(JSON.stringify(loaded));`;

test('a process that runs services loads none before it is known which', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const args = ['--input-type=module', '-e', program];
  const urls: string[] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  const own = urls
    .filter((url) => url.startsWith('file:') && !url.includes('/node_modules/'))
    .map((url) => fileURLToPath(url).slice(root.length).split('/')[0]);
  expect(new Set(own)).toEqual(new Set(['contracts', 'scripts']));
});
