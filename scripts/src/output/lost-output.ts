import { exitCodes } from '../exit.ts';

/** Trading must not end because nobody listens or a disk is full. */
const pipelines: ReadonlySet<string> = new Set(['start', 'run']);

/**
 * Sees to output that cannot be written: a full disk, a reader that is gone. A pipeline goes on without it, and whatever
 * runs ends with 1 for it. A command whose reader has had enough (`heliograph trades | head`) is done.
 * @returns to be called when the command has ended
 */
export function watchOutput(args: readonly string[]): () => void {
  const isPipeline = args.some((arg) => pipelines.has(arg));
  let lost = false;
  // What standard error does not take can be said nowhere.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && !isPipeline) process.exit(exitCodes.ok);
    if (!lost) process.stderr.write(`heliograph: standard output is lost: ${error.message}\n`);
    lost = true;
    settle();
  });
  const settle = (): void => {
    if (lost) process.exitCode = process.exitCode || exitCodes.failed;
  };
  return settle;
}
