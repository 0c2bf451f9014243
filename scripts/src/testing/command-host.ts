import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const program = fileURLToPath(new URL('command-host-main.ts', import.meta.url));

/** How a command line ended and what it said. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CommandLine {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A process that runs command lines one after the other and ends with this one. */
export interface CommandHost {
  run(line: CommandLine): Promise<CliResult>;
}

export function openCommandHost(): CommandHost {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const run = async (line: CommandLine): Promise<CliResult> => {
    // One that a command took with it is followed by another one.
    if (child?.connected !== true) child = start();
    return call(child, line);
  };
  return {
    run(line) {
      const result = last.then(() => run(line));
      last = result.catch(() => {});
      return result;
    },
  };
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child.stdout?.setEncoding('utf8');
  child.stderr?.setEncoding('utf8');
  return child;
}

const Ended = z.object({ code: z.number() });

function call(child: ChildProcess, line: CommandLine): Promise<CliResult> {
  const mark = `${randomUUID()}\n`;
  const said = { stdout: '', stderr: '' };
  let code: number | null = null;
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  const look = (): void => {
    if (code !== null && said.stdout.endsWith(mark) && said.stderr.endsWith(mark)) resolve();
  };
  const onMessage = (message: unknown): void => {
    ({ code } = Ended.parse(message));
    look();
  };
  const onStdout = (text: string): void => {
    said.stdout += text;
    look();
  };
  const onStderr = (text: string): void => {
    said.stderr += text;
    look();
  };
  const onClose = (own: number | null): void => {
    code = own;
    resolve();
  };
  child.on('message', onMessage).on('close', onClose).on('error', reject);
  child.stdout?.on('data', onStdout);
  child.stderr?.on('data', onStderr);
  child.send({ ...line, mark });
  return promise
    .then(() => ({
      code,
      stdout: said.stdout.replace(mark, ''),
      stderr: said.stderr.replace(mark, ''),
    }))
    .finally(() => {
      child.off('message', onMessage).off('close', onClose).off('error', reject);
      child.stdout?.off('data', onStdout);
      child.stderr?.off('data', onStderr);
    });
}
