import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { runCli, temporaryFolder } from '../testing/cli.ts';

const Printed = z.object({
  configFile: z.string().nullable(),
  settings: z.array(
    z.object({ option: z.string(), value: z.unknown().optional(), from: z.string() }),
  ),
});

test('says what a command runs with and where it comes from, flag before variable before file', async () => {
  await using folder = await temporaryFolder();
  const file = `import { defineConfig } from '${import.meta.dirname}/../config/define-config.ts';
const cash: number = 20_000;
export default defineConfig({ cash, param: { fast: 5 }, feeBps: 7, slippageBps: 3, feed: 'a.csv', alerts: 'https://discord.com/api/webhooks/1/t0ken', set: ['at=nats://me:pa55word@host'] });`;
  await writeFile(join(folder.path, 'heliograph.config.ts'), file);
  const env = {
    HELIOGRAPH_FEE_BPS: '8',
    HELIOGRAPH_SLIPPAGE_BPS: '4',
    HELIOGRAPH_SIGNAL_SIZE: 'true',
    NATS_URL: 'nats://me:pa55word@127.0.0.1:4222',
    HELIOGRAPH_API_SECRET: 'do-not-show',
    HELIOGRAPH_API_KEY_FILE: 'key.txt',
  };
  const args = ['config', 'start', '--slippage-bps', '5', '--json'];
  const { code, stdout, stderr } = await runCli(args, { cwd: folder.path, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/do-not-show|pa55word|t0ken/);
  const { configFile, settings } = Printed.parse(JSON.parse(stdout));
  expect(configFile).toBe('heliograph.config.ts');
  const found = new Map(settings.map(({ option, value, from }) => [option, [value, from]]));
  expect(Object.fromEntries(found)).toMatchObject({
    slippageBps: ['5', 'the command line'],
    feeBps: ['8', 'HELIOGRAPH_FEE_BPS'],
    signalSize: [true, 'HELIOGRAPH_SIGNAL_SIZE'],
    cash: ['20000', 'heliograph.config.ts'],
    param: [['fast=5'], 'heliograph.config.ts'],
    feed: [['a.csv'], 'heliograph.config.ts'],
    alerts: ['https://discord.com/[hidden]', 'heliograph.config.ts'],
    stake: ['1000', 'default'],
    nats: ['nats://[hidden]@127.0.0.1:4222', 'NATS_URL'],
    HELIOGRAPH_API_SECRET: ['[hidden]', 'the environment'],
    HELIOGRAPH_API_KEY_FILE: ['key.txt', 'the environment'],
  });
});

test.each([
  [
    'a broken file',
    { 'heliograph.config.ts': 'export default {\n  cash: ,\n};' },
    {},
    'heliograph.config.ts:2: the configuration file cannot be loaded: SyntaxError',
  ],
  [
    'a file without a configuration',
    { 'heliograph.config.js': 'export const cash = 1;' },
    {},
    'heliograph.config.js: found no default export',
  ],
  [
    'two files',
    { 'heliograph.config.ts': '', 'heliograph.config.json': '{}' },
    {},
    'heliograph.config.ts and heliograph.config.json: keep one',
  ],
  [
    'a secret',
    { 'heliograph.config.json': '{"apiSecret": "s3"}' },
    {},
    'unknown option apiSecret, and secrets come from the environment or from files',
  ],
  [
    'a variable that is no truth value',
    {},
    { HELIOGRAPH_SHORTING: 'maybe' },
    'HELIOGRAPH_SHORTING: expected true or false, found "maybe"',
  ],
])('%s is told with its place', async (_, files, env, sentence) => {
  await using folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const { code, stderr } = await runCli(['config'], { cwd: folder.path, env });
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain('s3"');
  expect(code).toBe(78);
});
