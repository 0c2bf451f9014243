import { SymbolName } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { startTestNats } from '@heliograph/contracts/testing';
import { expect } from 'vitest';
import { runCli, temporaryFolder, type CliResult } from './cli.ts';

export const btc = SymbolName.parse('BTC/USDT');
export const eth = SymbolName.parse('ETH/USDT');

export interface Place extends AsyncDisposable {
  readonly bus: Bus;
  run(...args: string[]): Promise<CliResult>;
}

/** A server, and commands that find it by its address. */
export async function place(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const { path: cwd } = opened.use(await temporaryFolder());
  const nats = opened.use(await startTestNats());
  const bus = opened.use(await nats.connect());
  const env = { NATS_URL: `nats://${nats.user}:${nats.password}@127.0.0.1:${nats.port}` };
  const kept = opened.move();
  return {
    bus,
    run: (...args) => runCli(args, { cwd, env }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What a command has said that was asked for JSON, and how it has ended. */
export function json({ code, stdout, stderr }: CliResult) {
  expect(stderr).toBe('');
  return { code, ...JSON.parse(stdout) };
}
