import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { findNatsServer } from '@heliograph/contracts/bus';
import type { Env } from '../options/env.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What the figures depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly natsServer: string;
  /** 4 KiB written and synced to the disk that the measures write to, one after the other. */
  readonly syncsPerSecond: number;
  /** Processes that ran or waited during the last minute, on average. */
  readonly load: number;
}

export async function describeMachine(env: Env): Promise<Machine> {
  const { version } = await findNatsServer({
    binary: env.HELIOGRAPH_NATS_SERVER,
    path: env.PATH,
  });
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    natsServer: version,
    syncsPerSecond: await probeSyncs(),
    load: loadavg()[0] ?? 0,
  };
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, node, natsServer, syncsPerSecond, load } = machine;
  const syncs = Math.round(syncsPerSecond).toLocaleString('en');
  return (
    `${cpu}, ${cores} cores, Node ${node}, nats-server ${natsServer}, ` +
    `${syncs} syncs a second, load ${load.toFixed(2)}`
  );
}

const probeMs = 500;

async function probeSyncs(): Promise<number> {
  await using folder = await temporaryFolder();
  const file = openSync(join(folder.path, 'probe'), 'w');
  try {
    const block = Buffer.alloc(4_096, 1);
    let syncs = 0;
    const startedMs = performance.now();
    for (; performance.now() - startedMs < probeMs; syncs++) {
      writeSync(file, block);
      fdatasyncSync(file);
    }
    return (syncs / (performance.now() - startedMs)) * 1_000;
  } finally {
    closeSync(file);
  }
}
