import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { tryLoading } from './try-loading.ts';

const program = fileURLToPath(new URL('../../bin/heliograph.js', import.meta.url));
const WatchOptions = z.object({ strategy: z.string(), param: z.array(z.string()).default([]) });
/** An editor writes a file in several steps. */
const quietMs = 100;

/**
 * Runs the command again whenever a file beside the strategy changes, until it is interrupted. While the strategy cannot be
 * loaded, the run before goes on, and what is wrong is told with its place.
 */
export async function watchStrategy(invocation: Invocation): Promise<ExitCode> {
  const args = process.argv.slice(2).filter((arg) => arg !== '--watch');
  const { strategy, param } = readOptions(invocation, WatchOptions);
  const { terminal } = invocation;
  if (!/[/\\]|\.[cm]?[jt]s$/.test(strategy))
    throw new UserError(`--watch: ${strategy} comes along and does not change; name a file`, {
      exitCode: exitCodes.usage,
    });
  let child: ChildProcess | undefined;

  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGTERM');
    await ended;
  };
  const begin = async (): Promise<void> => {
    const problem = await tryLoading(strategy, param);
    if (problem !== undefined) {
      terminal.note(child ? `${problem}; the one before goes on` : problem);
      return;
    }
    await stop();
    child = spawn(process.execPath, [program, ...args], {
      stdio: 'inherit',
      env: { ...process.env, HELIOGRAPH_WATCH: 'false' },
    });
    await once(child, 'spawn');
  };

  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<ExitCode>();
  const onSignal = (signal: NodeJS.Signals): void =>
    interrupt(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.ok);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

  let work = begin();
  let timer: NodeJS.Timeout | undefined;
  using watcher = disposable(
    watch(dirname(strategy), (_event, file) => {
      if (file !== null && !/\.([cm]?[jt]s|json)$/.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        work = work.then(begin);
      }, quietMs);
    }),
  );
  void watcher;
  terminal.note(`Watching ${dirname(strategy)}: saved is run again. Ctrl-C ends it.`);
  const code = await interrupted;
  clearTimeout(timer);
  await work;
  await stop();
  return code;
}

function disposable(watcher: ReturnType<typeof watch>): Disposable {
  return { [Symbol.dispose]: () => watcher.close() };
}
