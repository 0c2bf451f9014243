import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestNats } from '@heliograph/contracts/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../testing/cli.ts';

const keys = { HELIOGRAPH_API_KEY: 'key-4711', HELIOGRAPH_API_SECRET: 'word-4711' };
const live = ['--mode', 'live', '--venue-id', 'binance'];

describe.concurrent('live trading', () => {
  let nats: Awaited<ReturnType<typeof startTestNats>>;
  let address: string;
  beforeAll(async () => {
    nats = await startTestNats();
    address = `nats://${nats.user}:${nats.password}@127.0.0.1:${nats.port}`;
  });
  afterAll(() => nats[Symbol.asyncDispose]());

  async function run(args: readonly string[], env: Record<string, string> = {}, cwd = '/') {
    const variables = { NATS_URL: address, ...env };
    return runCli(['run', 'execution', ...args], { cwd, env: variables });
  }

  test.for([
    { args: ['--sandbox'], env: keys, sentence: '--sandbox is for live trading, which only an' },
    { args: ['--venue-id', 'binance'], env: keys, sentence: '--venue-id is for live trading' },
    { args: ['--mode', 'live'], env: keys, sentence: '--mode live: name the exchange' },
    { args: live, env: {}, sentence: '--mode live: set HELIOGRAPH_API_KEY and' },
    {
      args: live,
      env: { HELIOGRAPH_API_KEY: 'key-4711' },
      sentence: '--mode live: set HELIOGRAPH_API_KEY and',
    },
    {
      args: live,
      env: { ...keys, HELIOGRAPH_API_KEY_FILE: 'key' },
      sentence: 'HELIOGRAPH_API_KEY: set it or HELIOGRAPH_API_KEY_FILE, not both',
    },
    {
      args: live,
      env: { HELIOGRAPH_API_KEY_FILE: 'nowhere', HELIOGRAPH_API_SECRET: 'word-4711' },
      sentence: 'HELIOGRAPH_API_KEY_FILE: expected a file that can be read, found nowhere',
    },
    { args: live, env: keys, sentence: '--mode live: say which symbols' },
  ])('is refused with one sentence: $sentence', async ({ args, env, sentence }) => {
    const { code, stdout, stderr } = await run(args, env);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr, 'no key is told').not.toContain('4711');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  });

  test.for([
    { args: ['--shorting'], sentence: '--shorting: paper trades a spot account, which would sell' },
    { args: ['--leverage', '2'], sentence: '--leverage: paper trades a spot account' },
    { args: ['--portfolios', 'both.json'], sentence: '--shorting: bold trades a spot account' },
  ])('on a spot account goes neither short nor beyond its funds: $args', async (it) => {
    await using folder = await temporaryFolder();
    const risk = { symbols: ['BTC/USDT'] };
    const both = {
      shadow: { shorting: true, leverage: 3, shadow: true },
      bold: { shorting: true },
    };
    await writeFile(join(folder.path, 'risk.json'), JSON.stringify(risk));
    await writeFile(join(folder.path, 'both.json'), JSON.stringify(both));
    const args = [...live, '--risk', 'risk.json', ...it.args];
    const { code, stdout, stderr } = await run(args, keys, folder.path);
    expect(stderr).toContain(it.sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('takes its keys from files', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'key'), 'key-4711\n');
    await writeFile(join(folder.path, 'empty'), '\n');
    const env = { HELIOGRAPH_API_KEY_FILE: 'key', HELIOGRAPH_API_SECRET: 'word-4711' };
    const { stderr } = await run(live, env, folder.path);
    expect(stderr).toContain('--mode live: say which symbols');
    const empty = { ...env, HELIOGRAPH_API_KEY_FILE: 'empty' };
    expect((await run(live, empty, folder.path)).stderr).toContain('empty is empty');
  });

  test('takes no key from a flag, and repeats none', async () => {
    const { code, stderr } = await run([...live, '--api-key=key-4711']);
    expect(stderr).toContain("unknown option '--api-key'");
    expect(stderr).not.toContain('4711');
    expect(code).toBe(2);
  });

  test('is not for recorded candles', async () => {
    const { code, stderr } = await runCli(['start', ...live], { cwd: '/', env: keys });
    expect(stderr).toContain('--mode live: start trades on paper');
    expect(code).toBe(78);
  });
});
