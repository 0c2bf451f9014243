import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCommandHost, type CliResult, type CommandHost } from './command-host.ts';

const command = fileURLToPath(new URL('../../bin/heliograph.js', import.meta.url));

export type { CliResult };

/** A command line that runs. Disposing kills it, whatever it does. */
export interface CliProcess extends AsyncDisposable {
  readonly pid: number;
  readonly result: Promise<CliResult>;
  /** Resolves with what has been said so far once it matches; rejects if it ends before. */
  said(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

export interface CliOptions {
  /** The folder to run in. */
  readonly cwd: string;
  /** Variables beside PATH; nothing else of this process's environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real command line in a process of its own: what stays up, is killed, or has to end by itself. */
export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions): CliProcess {
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const listener of listeners) listener();
    });
  const result = new Promise<CliResult>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return {
    pid: child.pid ?? 0,
    result,
    said: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(said[stream])) return;
          listeners.delete(look);
          resolve(said[stream]);
        };
        listeners.add(look);
        void result.then(({ code }) =>
          reject(new Error(`ended with ${code} before it said ${pattern}: ${said.stderr}`)),
        );
        look();
      }),
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await result;
    },
  };
}

/** Runs a command line in a process that has run others before: as good as one of its own, and much sooner there. */
export function runCli(args: readonly string[], { cwd, env = {} }: CliOptions): Promise<CliResult> {
  return (host ??= openCommandHost()).run({ args, cwd, env: environment(env) });
}

let host: CommandHost | undefined;

function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env };
}

/** A new empty folder that goes when it is disposed of. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'heliograph-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
