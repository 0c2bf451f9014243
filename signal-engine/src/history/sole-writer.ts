import { hash } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@heliograph/contracts';

/**
 * The right to write a file, against others on this machine, until disposed of or this process is gone, however it goes:
 * a local address of the file's name is listened on, which one can do at a time. Nothing lies beside the file for it.
 * @throws UserError with exit code 1 while somebody else has it
 */
export async function soleWriter(path: string): Promise<AsyncDisposable> {
  const address = addressOf(join(await realpath(dirname(path)), basename(path)));
  const server = createServer((socket) => socket.destroy());
  const listen = (): Promise<boolean> =>
    new Promise((resolve, reject) => {
      server.once('error', (error: Error & { code?: string }) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      );
      server.listen(address, () => resolve(true));
    });
  if (!(await listen())) {
    const isLeftOver = address.startsWith(tmpdir()) && !(await answers(address));
    if (isLeftOver) await rm(address, { force: true });
    if (!isLeftOver || !(await listen()))
      throw new UserError(
        `${path} is being written by another download: wait for it, or name another file`,
        { exitCode: 1 },
      );
  }
  server.unref();
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Gone with its process on Linux and Windows; elsewhere a file that may be left over. */
function addressOf(path: string): string {
  const name = `heliograph-${hash('sha256', path).slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => resolve(true)).once('error', () => resolve(false));
    socket.unref();
  });
}
