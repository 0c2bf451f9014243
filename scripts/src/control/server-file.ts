import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@heliograph/contracts';
import { z } from 'zod';
import type { NatsAddress } from '../options/nats-address.ts';

const ServerFile = z.object({
  url: z.string(),
  user: z.string(),
  password: z.string(),
  /** Of the process whose server it is. */
  pid: z.int().positive(),
});

/** In the data folder, for commands of the same person: the server of our own and how to get in. */
const fileName = 'nats.json';

/** Writes down where our own server is. Disposing takes it away again. */
export async function writeServerFile(
  folder: string,
  server: { readonly url: string; readonly user: string; readonly password: string },
): Promise<AsyncDisposable> {
  const path = join(folder, fileName);
  const { url, user, password } = server;
  const content = JSON.stringify({ url, user, password, pid: process.pid });
  const draft = `${path}.${process.pid}`;
  // Whole or not at all, and nobody else's to read from its first byte on.
  await rm(draft, { force: true });
  await writeFile(draft, `${content}\n`, { mode: 0o600 });
  await rename(draft, path);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/**
 * The server of the `start` that runs on that folder.
 * @throws UserError when none does
 */
export async function readServerFile(folder: string): Promise<NatsAddress> {
  const path = join(folder, fileName);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw nobodyThere(folder, cause);
  });
  const parsed = ServerFile.safeParse(parseJson(text));
  if (!parsed.success)
    throw new UserError(`${path} cannot be read: start \`heliograph start\` again, or give --nats`);
  const { url, user, password, pid } = parsed.data;
  if (!runs(pid)) throw nobodyThere(folder);
  return { servers: [url], credentials: { user, password } };
}

/** One that was killed takes nothing away. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function nobodyThere(folder: string, cause?: unknown): UserError {
  return new UserError(
    `no \`heliograph start\` runs on ${folder}: name its folder with --data-dir, or the NATS server with --nats (or NATS_URL)`,
    { exitCode: 1, cause },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
