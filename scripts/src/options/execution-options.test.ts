import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultRisk } from '@heliograph/contracts';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { readExecutionOptions } from './execution-options.ts';
import { executionFlags } from '../grammar/flags.ts';
import { createTerminal } from '../output/terminal.ts';
import { temporaryFolder } from '../testing/cli.ts';

/** The settings that a command line gives. */
async function settingsOf(args: readonly string[]) {
  const command = executionFlags.reduce((made, flag) => made.addOption(flag), new Command());
  command.exitOverride().parse(args, { from: 'user' });
  const { stdout, stderr } = process;
  const { settings } = await readExecutionOptions({
    words: [],
    values: command.opts(),
    sourceOf: (name) => command.getOptionValueSource(name),
    json: false,
    terminal: createTerminal({ stdout, stderr, quiet: true }),
  });
  return settings;
}

const defaults = {
  cash: '10000',
  stake: { kind: 'quote', value: '1000' },
  lotSize: '0.00000001',
  feeBps: '10',
  slippageBps: '0',
  exitGraceMs: 86_400_000,
  risk: defaultRisk,
};

describe('the execution flags', () => {
  test('give the defaults, and no setting that says nothing', async () => {
    const settings = await settingsOf([]);
    expect(settings).toStrictEqual(defaults);
    const spelledOut = await settingsOf(
      '--leverage 1 --day-start 00:00 --latency-ms 0 --paper-tape candles --maker-fee-bps 10'.split(
        ' ',
      ),
    );
    expect(spelledOut).toStrictEqual(defaults);
  });

  test.for([
    ['--stake all', { stake: { kind: 'all' } }],
    ['--stake 0.5unit', { stake: { kind: 'base', value: '0.5' } }],
    ['--stake 7%', { stake: { kind: 'equityRatio', value: 0.07 } }],
    ['--stake 1%risk', { stake: { kind: 'riskRatio', value: 0.01 } }],
    ['--shorting --leverage 2.5', { shorting: true, leverage: 2.5 }],
    ['--signal-size', { signalSize: true }],
    ['--exit-grace 90s', { exitGraceMs: 90_000 }],
    ['--exit-grace 1d', { exitGraceMs: 86_400_000 }],
    ['--exit-grace 0', { exitGraceMs: undefined }],
    ['--day-start 06:30', { dayStart: '06:30' }],
    ['--paper-tape trades', { paper: { tape: 'trades' } }],
    ['--maker-fee-bps 0', { paper: { makerFeeBps: '0' } }],
    ['--latency-ms 250', { paper: { latencyMs: 250 } }],
    ['--max-volume-ratio 10%', { paper: { maxVolumeRatio: 0.1 } }],
    ['--max-volume-ratio 0.1', { paper: { maxVolumeRatio: 0.1 } }],
    ['--slippage-model spread:5', { paper: { slippage: { kind: 'spread', spreadBps: '5' } } }],
    [
      '--slippage-model volume:100',
      { paper: { slippage: { kind: 'volumeShare', impactBps: '100' } } },
    ],
    ['--risk none', { risk: {} }],
  ] as const)('%s', async ([args, expected]) => {
    expect(await settingsOf(args.split(' '))).toEqual({ ...defaults, ...expected });
  });

  test.for([
    ['--stake 0%', '--stake: expected an amount'],
    ['--stake 101%', '--stake: expected an amount'],
    ['--stake 5%loss', '--stake: expected an amount'],
    ['--leverage 0.5', '--leverage: expected a number from 1 to 125'],
    ['--leverage much', '--leverage: expected a number from 1 to 125'],
    ['--exit-grace 24', '--exit-grace: expected a span of time such as'],
    ['--day-start 24:00', '--day-start: expected a time of day in UTC'],
    ['--latency-ms 0.5', '--latency-ms: expected milliseconds'],
    ['--max-volume-ratio 0', '--max-volume-ratio: expected a part above 0'],
    ['--max-volume-ratio 150%', '--max-volume-ratio: expected a part above 0'],
    [
      `--cash ${'9'.repeat(31)}`,
      '--cash: expected at most 30 digits before the point and 24 after',
    ],
    [`--lot-size 0.${'0'.repeat(24)}1`, '--lot-size: expected at most 30 digits before the point'],
    ['--slippage-model spread', '--slippage-model: expected spread:BPS or volume:BPS'],
    ['--slippage-model spread:-1', '--slippage-model: expected spread:BPS or volume:BPS'],
    ['--slippage-model spread:20000', '--slippage-model: expected basis points from 0 to below'],
    ['--slippage-model volume:10000', '--slippage-model: expected basis points from 0 to below'],
    ['--slippage-bps 10000', '--slippage-bps: expected basis points'],
    ['--portfolio all', '--portfolio: all stands for every portfolio'],
    ['--maker-fee-bps x', '--maker-fee-bps: expected basis points'],
    ['--risk toString', '--risk: expected none, default or a file'],
    ['--instruments nowhere.json', '--instruments: expected a file'],
  ] as const)('%s is refused', async ([args, sentence]) => {
    await expect(settingsOf(args.split(' '))).rejects.toThrow(sentence);
  });

  test('take limits and instruments from files, and nothing there that they do not know', async () => {
    await using folder = await temporaryFolder();
    const file = async (content: unknown): Promise<string> => {
      const path = join(folder.path, 'settings.json');
      await writeFile(path, JSON.stringify(content));
      return path;
    };
    const instruments = { 'BTC/USDT': { tickSize: '0.01', minNotional: '5' } };
    expect(await settingsOf(['--risk', await file({ cooldownMs: 5_000 })])).toEqual({
      ...defaults,
      risk: { cooldownMs: 5_000 },
    });
    expect(await settingsOf(['--instruments', await file(instruments)])).toEqual({
      ...defaults,
      instruments,
    });
    const misspelt = await file({ 'BTC/USDT': { ticksize: '1' } });
    await expect(settingsOf(['--instruments', misspelt])).rejects.toThrow(
      'settings.json: BTC/USDT.ticksize: there is no such setting',
    );
    const tiny = await file({ 'BTC/USDT': { lotSize: `0.${'0'.repeat(24)}1` } });
    await expect(settingsOf(['--instruments', tiny])).rejects.toThrow(
      '--instruments: instruments.BTC/USDT.lotSize: expected a decimal of at most 30 digits',
    );
    const lower = await file({ 'btc/usdt': {} });
    await expect(settingsOf(['--instruments', lower])).rejects.toThrow('settings.json: btc/usdt: ');
  });
});
