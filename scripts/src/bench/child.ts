import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '../options/env.ts';
import type { BareAddress } from './bare-client.ts';

/** A process of its own that takes part in a measure. Disposing it ends it. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when it ends by itself; never resolves. */
  readonly failed: Promise<never>;
}

interface ChildOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it writes once it is ready, on standard error. */
  readonly ready: string;
  readonly onOutput?: (line: string) => void;
}

const command = fileURLToPath(new URL('../../bin/heliograph.js', import.meta.url));
const bareWorker = fileURLToPath(new URL('./bare-worker.ts', import.meta.url));
const keptOutput = 2_000;
const stopWithinMs = 5_000;

/** An execution worker as anybody would start it: `heliograph run execution`. */
export function startExecutionWorker(
  env: Env,
  options: { address: BareAddress; worker: string; portfolio: string },
): Promise<Child> {
  const { address, worker, portfolio } = options;
  const { url, user, password } = address;
  return startChild({
    args: [
      command,
      'run',
      'execution',
      `--worker=${worker}`,
      `--portfolio=${portfolio}`,
      '--cash=1000000000',
      '--risk=none',
    ],
    env: {
      PATH: env.PATH,
      // Not in the arguments, which every user of the machine can read.
      NATS_URL: url.replace('//', `//${user}:${encodeURIComponent(password)}@`),
    },
    ready: '"started"',
  });
}

/** All services in one process, playing a file as fast as it goes; it plays when this resolves. */
export async function startAllInOne(
  env: Env,
  { folder, feed }: { folder: string; feed: string },
): Promise<Child & { end(): Promise<string> }> {
  const lines: string[] = [];
  const child = await startChild({
    args: [
      command,
      'start',
      `--feed=${feed}`,
      `--data-dir=${join(folder, 'data')}`,
      '--speed=max',
      '--cash=1000000000',
      '--json',
    ],
    env: {
      PATH: env.PATH,
      HELIOGRAPH_NATS_SERVER: env.HELIOGRAPH_NATS_SERVER,
      HELIOGRAPH_LOG_LEVEL: 'warn',
    },
    ready: 'trades on paper',
    onOutput: (line) => lines.push(line),
  });
  return {
    ...child,
    /** Stops it as Ctrl-C would, and tells what it says at its end. */
    async end() {
      await child[Symbol.asyncDispose]();
      return lines.at(-1) ?? '';
    },
  };
}

/** A process that does with a signal what nobody can do without; see `bare-worker.ts`. */
export function startBareWorker(
  env: Env,
  work: Readonly<Record<string, unknown>>,
  onReport?: (line: string) => void,
): Promise<Child> {
  return startChild({
    args: [bareWorker],
    env: { PATH: env.PATH, BENCH_WORK: JSON.stringify(work) },
    ready: 'ready',
    ...(onReport && { onOutput: onReport }),
  });
}

async function startChild({ args, env, ready, onOutput }: ChildOptions): Promise<Child> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  // Whatever ends the benchmark, what it has begun ends with it.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  let said = '';
  let stopping = false;
  const { promise: isReady, resolve } = Promise.withResolvers<void>();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptOutput);
    if (said.includes(ready)) resolve();
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onOutput?.(line);
  });
  const failed = ended.then(([code]) => {
    if (stopping) return new Promise<never>(() => {});
    throw new Error(`a process of the measure ended with ${String(code)}: ${said.trim()}`);
  });
  failed.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await ended.catch(() => undefined);
    clearTimeout(timer);
  };
  try {
    await Promise.race([isReady, failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, failed, [Symbol.asyncDispose]: stop };
}
